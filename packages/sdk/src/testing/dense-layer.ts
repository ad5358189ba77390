import type { Engine, Manifest, Signature } from '@homing/protocol'

/** A model as an engine gets it. */
export interface ContractModel {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  readonly parameters: Uint8Array<ArrayBuffer>
}

/** Weights of the dense layer that the contract runs: 4 by 3, row-major. */
export const denseKernel = Float32Array.from({ length: 12 }, (_, i) => (i - 5) / 4)

/** Its signature: y = x · kernel + bias. */
export const denseSignature: Signature = {
  inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 4], finite: true }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 3] }],
}

/** Its parameter file: the kernel, then three biases, as float32. */
export function denseParameters(bias: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.from([...denseKernel, bias, bias, bias]).buffer)
}

/** What it gives for rows of four. */
export function denseExpected(x: ArrayLike<number>, bias: number): number[] {
  const rows = x.length / 4
  return Array.from({ length: rows * 3 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3), at % 3]
    return [0, 1, 2, 3].reduce((sum, k) => sum + x[row * 4 + k]! * denseKernel[k * 3 + column]!, bias)
  })
}

/** A manifest of the dense layer for an engine, as if its files had been verified. */
export function contractManifest(
  engine: Engine,
  { graph, parameters }: Omit<ContractModel, 'manifest'>,
): Manifest {
  const unhashed = '0'.repeat(64)
  const { byteLength: size } = parameters
  return {
    format: 1,
    model: 'dense',
    version: '1.0.0',
    engine,
    graph: { sha256: unhashed, size: graph.byteLength },
    parameters: {
      path: 'parameters.bin',
      size,
      shards: size > 0 ? [{ sha256: unhashed, size }] : [],
      tensors: [],
    },
    signature: denseSignature,
  }
}
