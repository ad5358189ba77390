import type { Explanation, Manifest, Pipeline } from '@homing/protocol'

import { tinyOnnx } from './tiny-onnx.ts'
import { denseOnnxRequest, denseSignature } from './tiny-packages.ts'

/** A package in memory that can be explained. */
export interface ExplainedPackage {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  readonly parameters: Uint8Array<ArrayBuffer>
  /** The explanation graph. */
  readonly explanation: Uint8Array<ArrayBuffer>
}

const noHash = '0'.repeat(64)

/** The tiny dense layer y = x · kernel + bias with its explanation graph, which takes `points` at once. */
export function explainedDense(
  options: {
    readonly points?: number
    readonly bias?: number
    readonly model?: string
    readonly version?: string
    readonly pipeline?: Pipeline
    readonly baselines?: NonNullable<Explanation['baselines']>
  } = {},
): ExplainedPackage {
  const { points = 3, baselines, ...more } = options
  const { manifest, graph, parameters } = denseOnnxRequest([], more)
  const explanation = tinyOnnx({
    inputs: [
      { name: 'x', dtype: 'float32', shape: [points, 4] },
      { name: 'selection', dtype: 'float32', shape: [points, 3] },
    ],
    outputs: [
      { name: 'y', dtype: 'float32', shape: [points, 3] },
      { name: 'x/gradient', dtype: 'float32', shape: [points, 4] },
    ],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'kernel'], outputs: ['product'] },
      { op: 'Add', inputs: ['product', 'bias'], outputs: ['y'] },
      { op: 'Transpose', inputs: ['kernel'], outputs: ['transposed'] },
      { op: 'MatMul', inputs: ['selection', 'transposed'], outputs: ['x/gradient'] },
    ],
    parameters: [
      { name: 'kernel', dtype: 'float32', shape: [4, 3], offset: 0, size: 48 },
      { name: 'bias', dtype: 'float32', shape: [3], offset: 48, size: 12 },
    ],
  })
  const section: Explanation = {
    inference: noHash,
    graph: { sha256: noHash, size: explanation.byteLength },
    inputs: [{ name: 'x', dtype: 'float32', shape: [points, 4] }],
    output: { name: denseSignature.outputs[0]!.name, dtype: 'float32', shape: [points, 3] },
    selection: 'selection',
    gradients: [{ input: 'x', output: 'x/gradient' }],
    ...(baselines ? { baselines } : {}),
  }
  return { manifest: { ...manifest, explanation: section }, graph, parameters, explanation }
}
