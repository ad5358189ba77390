import type { StepRecipe } from '@homing/protocol'

import type { Emitter, ShapedValue } from '../emitter.ts'
import { clipByNorm } from '../optimisers/clip-by-norm.ts'
import type { Optimiser } from '../optimisers/optimiser.ts'
import { accumulated, accumulatedState } from './accumulation.ts'
import { allFinite } from './finite.ts'
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
  /** Whether loss and gradients are finite; where they are not, everything stays as it was. */
  readonly finite: ShapedValue
  /** The norm of all gradients together, before it is limited. */
  readonly norm: ShapedValue
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
  const norm = emit.unary('Sqrt', sumOfSquares(emit, [...means.values()]))
  const finite = allFinite(emit, [objective.loss, norm])
  const changes = gathered ? emit.op('And', [finite, gathered.due], []) : finite
  const gradients = clipNorm === undefined ? means : clipByNorm(emit, means, norm, clipNorm)
  const update = optimiser.begin(emit, learningRate, gathered?.change ?? step)

  const updated = tensors.map(({ parameter, state: old }): UpdatedTensor => {
    const { decrease, state } = update({ parameter, gradient: gradients.get(parameter.name)!, state: old })
    const kept = decayed(emit, parameter, learningRate, weightDecay)
    const next = emit.select(changes, emit.binary('Sub', kept, decrease), parameter)
    const nextState = optimiser.state.map((name) => [name, emit.select(changes, state[name]!, old[name]!)])
    if (gathered) {
      const sum = emit.select(finite, gathered.sums.get(parameter.name)!, old[accumulatedState]!)
      const zero = emit.scalar(0, parameter.dtype)
      nextState.push([accumulatedState, emit.select(changes, zero, sum)])
    }
    return { parameter: next, state: Object.fromEntries(nextState) as UpdatedTensor['state'] }
  })
  return { tensors: updated, finite, norm }
}
