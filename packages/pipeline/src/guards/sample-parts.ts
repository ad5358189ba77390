import type { Tensor, TensorSpec } from '@homing/protocol'

/** Where the elements of one sample lie in a tensor; without `sample`: those of the whole call. */
export interface SamplePart {
  readonly sample?: number
  readonly start: number
  readonly end: number
}

/** The samples of a tensor: along its first axis where that may vary, else it is one. */
export function sampleParts(spec: TensorSpec, { shape, data }: Tensor): readonly SamplePart[] {
  if (typeof spec.shape[0] !== 'string') return [{ start: 0, end: data.length }]
  return equalParts(data.length, shape[0]!)
}

/** `count` samples of equal length. */
export function equalParts(length: number, count: number): readonly SamplePart[] {
  const size = length / count
  return Array.from({ length: count }, (_, sample) => ({
    sample,
    start: sample * size,
    end: (sample + 1) * size,
  }))
}
