import type { Emitter, ShapedValue } from '../emitter.ts'

/** A tensor under training in one step. */
export interface UpdateInput {
  readonly parameter: ShapedValue
  readonly gradient: ShapedValue
  /** By the names of `Optimiser.state`; zeros before the first step. */
  readonly state: Readonly<Record<string, ShapedValue>>
}

/** The rule by which gradients change parameters. */
export interface Optimiser {
  /** Names of the tensors that it keeps for each parameter, of the parameter's shape. */
  readonly state: readonly string[]
  /**
   * Starts a step. `learningRate` and `step` (1, 2, ...) are scalars of the parameters' type. The function that it gives writes
   * the amount to take away from a parameter, and the new state.
   */
  readonly begin: (
    emit: Emitter,
    learningRate: ShapedValue,
    step: ShapedValue,
  ) => (input: UpdateInput) => {
    readonly decrease: ShapedValue
    readonly state: Readonly<Record<string, ShapedValue>>
  }
}
