import type { LossSettings } from '@homing/protocol'

import type { Loss } from './loss.ts'
import { meanOf, shareOf } from './mean-of.ts'

/**
 * Huber's loss (1964): d^2 / 2 up to a difference of delta, delta (|d| - delta / 2) beyond, mean over all elements;
 * with c, d cut to that range, c (d - c / 2). Targets have the output's type. Metric: `mae`.
 */
export function huber({ delta = 1 }: Extract<LossSettings, { kind: 'huber' }>): Loss {
  return {
    targets: ({ dtype, shape }) => ({ dtype, shape }),
    write(emit, output, targets) {
      const difference = emit.binary('Sub', output, targets)
      const cut = emit.binary('Max', emit.binary('Min', difference, delta), -delta)
      const rest = emit.binary('Sub', difference, emit.binary('Mul', cut, 0.5))
      return {
        loss: meanOf(emit, emit.binary('Mul', cut, rest)),
        metrics: { mae: meanOf(emit, emit.unary('Abs', difference)) },
        gradient: emit.binary('Mul', cut, shareOf(output)),
      }
    },
  }
}
