import type { ShapedValue } from '../emitter.ts'

/** A tensor under training, and what is kept for it by name. */
export interface TrainedTensor {
  readonly parameter: ShapedValue
  /** The tensor as it was when the run began, where the recipe pulls towards it. */
  readonly anchor?: ShapedValue
  readonly state: Readonly<Record<string, ShapedValue>>
}
