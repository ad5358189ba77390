import type { OptimiserSettings } from '@homing/protocol'
import type { Tensor } from '@tensorflow/tfjs-core'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'

/** How a gradient changes a parameter. */
export interface TfjsOptimiser {
  /** Names of what is kept for each parameter: tensors of its shape, zeros before the first change. */
  readonly state: readonly string[]
  /** What a change takes away from a parameter, before the learning rate, and the new state. Changes count from 1. */
  readonly direction: (
    gradient: Tensor,
    state: Readonly<Record<string, Tensor>>,
    change: number,
  ) => { readonly direction: Tensor; readonly state: Readonly<Record<string, Tensor>> }
}

/** The optimisers that training graphs are written with, defined as there. */
export function tfjsOptimiser(core: TfjsCore, settings: OptimiserSettings): TfjsOptimiser {
  switch (settings.kind) {
    case 'sgd':
      return { state: [], direction: (gradient) => ({ direction: gradient, state: {} }) }
    case 'momentum': {
      const { decay = 0.9, nesterov = false } = settings
      return {
        state: ['velocity'],
        direction(gradient, state) {
          const velocity = core.add(core.mul(state['velocity']!, decay), gradient)
          const ahead = nesterov ? core.add(gradient, core.mul(velocity, decay)) : velocity
          return { direction: ahead, state: { velocity } }
        },
      }
    }
    case 'adam': {
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings
      const average = (old: Tensor, value: Tensor, beta: number): Tensor =>
        core.add(core.mul(old, beta), core.mul(value, 1 - beta))
      return {
        state: ['mean', 'square'],
        direction(gradient, state, change) {
          const mean = average(state['mean']!, gradient, beta1)
          const square = average(state['square']!, core.square(gradient), beta2)
          const deviation = core.sqrt(core.div(square, 1 - beta2 ** change))
          const direction = core.div(core.div(mean, 1 - beta1 ** change), core.add(deviation, epsilon))
          return { direction, state: { mean, square } }
        },
      }
    }
  }
}
