import type { Loss } from './loss.ts'
import { meanOf, shareOf } from './mean-of.ts'

/** Mean of the squared differences over all elements. Targets have the output's type. Metric: `mae`. */
export const meanSquaredError: Loss = {
  targets: ({ dtype, shape }) => ({ dtype, shape }),
  write(emit, output, targets) {
    const difference = emit.binary('Sub', output, targets)
    return {
      loss: meanOf(emit, emit.binary('Mul', difference, difference)),
      metrics: { mae: meanOf(emit, emit.unary('Abs', difference)) },
      gradient: emit.binary('Mul', difference, 2 * shareOf(output)),
    }
  },
}
