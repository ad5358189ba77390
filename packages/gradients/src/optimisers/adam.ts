import type { OptimiserSettings } from '@homing/protocol'

import type { Optimiser } from './optimiser.ts'

/** Adam (Kingma and Ba 2015, algorithm 1); the defaults are the paper's. */
export function adam({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
}: Extract<OptimiserSettings, { kind: 'adam' }>): Optimiser {
  return {
    state: ['mean', 'square'],
    begin(emit, learningRate, step) {
      const correction = (beta: number) => emit.binary('Sub', 1, emit.binary('Pow', beta, step))
      const [meanCorrection, squareCorrection] = [correction(beta1), correction(beta2)]
      return ({ gradient, state }) => {
        const average = (old: typeof gradient, value: typeof gradient, beta: number) =>
          emit.binary('Add', emit.binary('Mul', old, beta), emit.binary('Mul', value, 1 - beta))
        const mean = average(state['mean']!, gradient, beta1)
        const square = average(state['square']!, emit.binary('Mul', gradient, gradient), beta2)
        const deviation = emit.unary('Sqrt', emit.binary('Div', square, squareCorrection))
        const direction = emit.binary(
          'Div',
          emit.binary('Div', mean, meanCorrection),
          emit.binary('Add', deviation, epsilon),
        )
        return { decrease: emit.binary('Mul', direction, learningRate), state: { mean, square } }
      }
    },
  }
}
