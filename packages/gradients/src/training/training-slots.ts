/** A tensor that a step reads under `input` and gives anew under `output`. */
export interface Slot {
  readonly input: string
  readonly output: string
  readonly shape: readonly number[]
}

/** A trained tensor and what the optimiser keeps for it. The state is zeros before the first step. */
export interface ParameterSlot extends Slot {
  readonly state: readonly Slot[]
}
