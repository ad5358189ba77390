import type { NetworkName } from '../../../src/runtime/networks/network.ts'

/** Who predicts. */
export type SideName = 'homing' | 'ort-worker' | 'ort-page' | 'transformers' | 'tfjs'

/** One network, loaded and warm. Inputs stay the caller's. */
export interface Side {
  /** Scores of one sample. */
  readonly predict: (input: Float32Array<ArrayBuffer>) => Promise<Float32Array>
  /** Many samples, each asked for by itself, in whatever way is fastest here. */
  readonly predictEach: (inputs: readonly Float32Array<ArrayBuffer>[]) => Promise<void>
  /** Many samples in one call; only where the row needs it. */
  readonly predictBatch?: (inputs: readonly Float32Array<ArrayBuffer>[]) => Promise<void>
}

/** Opens a network that is served below `/networks/<network>/`. */
export type OpenSide = (network: NetworkName) => Promise<Side>

/** Where the one file of a network lies. */
export const modelUrl = (network: NetworkName): string =>
  new URL(`/networks/${network}/onnx/model.onnx`, location.href).href

/** For sides that take many calls at once. */
export const atOnce = async (
  { predict }: Pick<Side, 'predict'>,
  inputs: readonly Float32Array<ArrayBuffer>[],
): Promise<void> => {
  await Promise.all(inputs.map(predict))
}

/** The samples one after another in one array. */
export function joined(inputs: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const size = inputs[0]!.length
  const all = new Float32Array(inputs.length * size)
  inputs.forEach((input, index) => all.set(input, index * size))
  return all
}
