import type { OptimiserSettings } from '@homing/protocol'

import type { Optimiser } from './optimiser.ts'

/** Plain gradient descent: p -= rate g. */
export function sgd(): Optimiser {
  return {
    state: [],
    begin:
      (emit, learningRate) =>
      ({ gradient }) => ({ decrease: emit.binary('Mul', gradient, learningRate), state: {} }),
  }
}

/** Momentum (Sutskever et al. 2013): v = m v + g; p -= rate v, or rate (g + m v) when looking ahead (Nesterov). */
export function momentum({
  decay = 0.9,
  nesterov = false,
}: Extract<OptimiserSettings, { kind: 'momentum' }>): Optimiser {
  return {
    state: ['velocity'],
    begin:
      (emit, learningRate) =>
      ({ gradient, state }) => {
        const velocity = emit.binary('Add', emit.binary('Mul', state['velocity']!, decay), gradient)
        const direction = nesterov
          ? emit.binary('Add', gradient, emit.binary('Mul', velocity, decay))
          : velocity
        return { decrease: emit.binary('Mul', direction, learningRate), state: { velocity } }
      },
  }
}
