import type { StepRecipe } from '@homing/protocol'
import type { Tensor } from '@tensorflow/tfjs-core'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'
import type { StepSettings } from '../trainer.ts'
import type { Named } from './tfjs-differentiate.ts'
import { tfjsOptimiser } from './tfjs-optimisers.ts'

/** Keeps the division finite where all gradients are 0. */
const leastNorm = 1e-12

/** Name of the state that holds the sum of a tensor's gradients so far. */
const accumulated = 'accumulated'

/** What is kept between steps: for each trained tensor, tensors of its shape by name. */
export type TfjsState = Readonly<Record<string, Named>>

/** How gradients change parameters, as training graphs are written: every method is to be called in a `tidy`. */
export interface TfjsUpdate {
  zeros(parameters: Named): TfjsState
  /** The mean gradients of the change under way, and the sums that they are made of. */
  gather(gradients: Named, state: TfjsState): { readonly means: Named; readonly sums: Named }
  /** The norm of all gradients together, where the recipe limits it. */
  norm(gradients: Named): Tensor | undefined
  /** Parameters and state after the step. */
  apply(
    parameters: Named,
    gathered: ReturnType<TfjsUpdate['gather']>,
    norm: number | undefined,
    state: TfjsState,
    settings: StepSettings,
  ): { readonly parameters: Named; readonly state: TfjsState }
}

export function tfjsUpdate(core: TfjsCore, recipe: StepRecipe): TfjsUpdate {
  const { accumulate = 1, clipNorm, weightDecay = 0 } = recipe
  const optimiser = tfjsOptimiser(core, recipe.optimiser)
  const kept = accumulate > 1 ? [...optimiser.state, accumulated] : optimiser.state
  const each = <From, To>(
    values: Readonly<Record<string, From>>,
    make: (value: From, name: string) => To,
  ): Record<string, To> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value, name)]))

  return {
    zeros: (parameters) =>
      each(parameters, (tensor) => Object.fromEntries(kept.map((name) => [name, core.zerosLike(tensor)]))),
    gather(gradients, state) {
      if (accumulate === 1) return { means: gradients, sums: {} }
      const sums = each(gradients, (gradient, name) => core.add(state[name]![accumulated]!, gradient))
      return { means: each(sums, (sum) => core.div(sum, accumulate)), sums }
    },
    norm: (gradients) =>
      clipNorm === undefined
        ? undefined
        : core.sqrt(core.addN(Object.values(gradients).map((gradient) => core.sum(core.square(gradient))))),
    apply(parameters, { means, sums }, norm, state, { learningRate, step }) {
      const change = Math.ceil(step / accumulate)
      if (step < change * accumulate) {
        const next = each(state, (old, name) => ({ ...old, [accumulated]: sums[name]! }))
        return { parameters, state: next }
      }
      const factor = norm === undefined ? 1 : Math.min(clipNorm! / Math.max(norm, leastNorm), 1)
      const changed = each(means, (mean, name) => {
        const old = parameters[name]!
        const gradient = factor === 1 ? mean : core.mul(mean, factor)
        const { direction, state: next } = optimiser.direction(gradient, state[name]!, change)
        const decayed =
          weightDecay === 0 || old.rank < 2 ? old : core.mul(old, 1 - learningRate * weightDecay)
        const parameter = core.sub(decayed, core.mul(direction, learningRate))
        return { parameter, state: accumulate === 1 ? next : { ...next, [accumulated]: core.zerosLike(old) } }
      })
      return {
        parameters: each(changed, ({ parameter }) => parameter),
        state: each(changed, (made) => made.state),
      }
    },
  }
}
