import type { StepRecipe } from '@homing/protocol'

import type { Emitter, ShapedValue } from '../emitter.ts'
import { clipByNorm } from '../optimisers/clip-by-norm.ts'
import type { Optimiser } from '../optimisers/optimiser.ts'
import { accumulated, accumulatedState } from './accumulation.ts'
import type { Objective } from './proximal-term.ts'
import type { StepInputs } from './step-inputs.ts'
import { sumOfSquares } from './sum-of-squares.ts'
import { decayed } from './weight-decay.ts'

/** A trained tensor and its state after the step. */
export interface UpdatedTensor {
  readonly parameter: ShapedValue
  readonly state: Readonly<Record<string, ShapedValue>>
}

/** What a step makes of the trained tensors. */
export interface Update {
  /** In the order of the trained tensors. */
  readonly tensors: readonly UpdatedTensor[]
  /** The norm of all gradients together, before it is limited; where the recipe limits it. */
  readonly norm: ShapedValue | undefined
}

/** Writes how gradients change the trained tensors. */
export function writeUpdate(
  emit: Emitter,
  { accumulate = 1, clipNorm, weightDecay = 0 }: StepRecipe,
  optimiser: Optimiser,
  { tensors, learningRate, step }: StepInputs,
  objective: Objective,
): Update {
  const gathered =
    accumulate > 1 ? accumulated(emit, objective.gradients, tensors, step, accumulate) : undefined
  const means = gathered?.gradients ?? objective.gradients
  const norm =
    clipNorm === undefined ? undefined : emit.unary('Sqrt', sumOfSquares(emit, [...means.values()]))
  const gradients = norm ? clipByNorm(emit, means, norm, clipNorm!) : means
  const beginOf = (dtype: ShapedValue['dtype']) => {
    const like = (scalar: ShapedValue) => (scalar.dtype === dtype ? scalar : emit.cast(scalar, dtype))
    const rate = like(learningRate)
    return { rate, update: optimiser.begin(emit, rate, like(gathered?.change ?? step)) }
  }
  const types = new Set(tensors.map(({ parameter }) => parameter.dtype))
  const begun = new Map([...types].map((dtype) => [dtype, beginOf(dtype)]))

  const updated = tensors.map(({ parameter, state: old }): UpdatedTensor => {
    const { rate, update } = begun.get(parameter.dtype)!
    const { decrease, state } = update({ parameter, gradient: gradients.get(parameter.name)!, state: old })
    const next = emit.binary('Sub', decayed(emit, parameter, rate, weightDecay), decrease)
    if (!gathered) return { parameter: next, state }
    const { due, sums } = gathered
    const kept = optimiser.state.map((name) => [name, emit.select(due, state[name]!, old[name]!)] as const)
    const sum = emit.select(due, emit.scalar(0, parameter.dtype), sums.get(parameter.name)!)
    return {
      parameter: emit.select(due, next, parameter),
      state: { ...Object.fromEntries(kept), [accumulatedState]: sum },
    }
  })
  return { tensors: updated, norm }
}
