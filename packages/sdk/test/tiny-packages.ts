import type { Engine, Manifest, Pipeline, Signature, Tensor } from '@homing/protocol'

import type { Backend } from '../src/libraries/backend.ts'
import type { LoadRequest } from '../src/runtime/runtime-api.ts'
import { denseExpected, denseKernel, denseParameters, denseSignature } from '../src/testing/dense-layer.ts'
import { tinyOnnx, type TinyGraph } from './tiny-onnx.ts'

export { denseExpected, denseKernel, denseParameters, denseSignature }

/** In the place of a hash that is still to be filled in. */
export const unhashed = '0'.repeat(64)

/** A load request around any files, as if they had been verified. */
export function tinyRequest(
  files: { graph: Uint8Array<ArrayBuffer>; parameters?: Uint8Array<ArrayBuffer> },
  signature: Signature,
  backends: readonly Backend[],
  options: { engine?: Engine; model?: string; version?: string; pipeline?: Pipeline } = {},
): LoadRequest {
  const { engine = 'onnx', model = 'tiny', version = '1.0.0', pipeline } = options
  const { graph, parameters = new Uint8Array() } = files
  const manifest: Manifest = {
    format: 1,
    model,
    version,
    engine,
    graph: { sha256: unhashed, size: graph.byteLength },
    parameters: {
      path: 'parameters.bin',
      size: parameters.byteLength,
      shards: parameters.byteLength > 0 ? [{ sha256: unhashed, size: parameters.byteLength }] : [],
      tensors: [],
    },
    signature,
    ...(pipeline ? { pipeline } : {}),
  }
  return { manifest, graph, parameters, backends }
}

/** A graph without parameters, whose signature is its own inputs and outputs. */
export function tinyGraphRequest(
  graph: TinyGraph,
  backends: readonly Backend[],
  options: Parameters<typeof tinyRequest>[3] = {},
): LoadRequest {
  const { inputs, outputs } = graph
  const signature = { inputs: [...inputs], outputs: [...outputs] } as unknown as Signature
  return tinyRequest({ graph: tinyOnnx(graph) }, signature, backends, options)
}

/** The tiny dense layer as ONNX; the versions of a test differ in their bias. */
export function denseOnnxRequest(
  backends: readonly Backend[],
  options: Parameters<typeof tinyRequest>[3] & { bias?: number } = {},
): LoadRequest {
  const graph = tinyOnnx({
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 4] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 3] }],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'kernel'], outputs: ['product'] },
      { op: 'Add', inputs: ['product', 'bias'], outputs: ['y'] },
    ],
    parameters: [
      { name: 'kernel', dtype: 'float32', shape: [4, 3], offset: 0, size: 48 },
      { name: 'bias', dtype: 'float32', shape: [3], offset: 48, size: 12 },
    ],
  })
  return tinyRequest(
    { graph, parameters: denseParameters(options.bias ?? 0) },
    denseSignature,
    backends,
    options,
  )
}

/** A float32 tensor. */
export function floats(data: readonly number[], shape: readonly number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(data) }
}
