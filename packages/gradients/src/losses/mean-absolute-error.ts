import { signOf } from '../unit-step.ts'
import type { Loss } from './loss.ts'
import { meanOf, shareOf } from './mean-of.ts'

/** Mean of the absolute differences over all elements. Targets have the output's type. Metric: `mse`. */
export const meanAbsoluteError: Loss = {
  targets: ({ dtype, shape }) => ({ dtype, shape }),
  write(emit, output, targets) {
    const difference = emit.binary('Sub', output, targets)
    return {
      loss: meanOf(emit, emit.unary('Abs', difference)),
      metrics: { mse: meanOf(emit, emit.binary('Mul', difference, difference)) },
      gradient: emit.binary('Mul', signOf(emit, difference), shareOf(output)),
    }
  },
}
