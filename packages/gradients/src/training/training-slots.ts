/** A tensor that a step reads under `input` and gives anew under `output`. */
export interface Slot {
  readonly input: string
  readonly output: string
  readonly shape: readonly number[]
}

/** A trained tensor and what is kept for it from step to step. The state is zeros before the first step. */
export interface ParameterSlot extends Slot {
  /** Input for the tensor as it was when the run began: with `proximal` alone. */
  readonly anchor?: string
  readonly state: readonly Slot[]
}
