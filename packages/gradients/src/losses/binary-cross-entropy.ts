import { meanOf, shareOf } from './mean-of.ts'
import type { Loss } from './loss.ts'

/**
 * Cross-entropy of sigmoid(logits) to targets from 0 to 1 of the output's type, mean over all elements; written as
 * log(1 + e^x) - x t, which does not overflow. Metric: `accuracy`, of answers and targets rounded.
 */
export const binaryCrossEntropy: Loss = {
  targets: ({ dtype, shape }) => ({ dtype, shape }),
  write(emit, logits, targets) {
    const each = emit.binary('Sub', emit.unary('Softplus', logits), emit.binary('Mul', logits, targets))
    const answers = emit.compare('Greater', logits, 0)
    const right = emit.compare('Equal', answers, emit.compare('Greater', targets, 0.5))
    const excess = emit.binary('Sub', emit.unary('Sigmoid', logits), targets)
    return {
      loss: meanOf(emit, each),
      metrics: { accuracy: meanOf(emit, emit.cast(right, logits.dtype)) },
      gradient: emit.binary('Mul', excess, shareOf(logits)),
    }
  },
}
