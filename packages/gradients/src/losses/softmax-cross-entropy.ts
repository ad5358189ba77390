import { HomingError } from '@homing/protocol'

import type { Loss } from './loss.ts'

/** Cross-entropy of softmax(logits [N, classes]) to class indices (int32 [N]), mean over N. Metric: `accuracy`. */
export const softmaxCrossEntropy: Loss = {
  targets({ name, shape }) {
    if (shape.length !== 2) {
      throw new HomingError(
        'CONFIG_INVALID',
        `Softmax cross-entropy takes logits [batch, classes]; "${name}" is [${shape.join(', ')}]`,
      )
    }
    return { dtype: 'int32', shape: shape.slice(0, 1) }
  },
  write(emit, logits, targets) {
    const [batch, classes] = logits.shape as readonly [number, number]
    const indices = emit.constant(
      'int32',
      [1, classes],
      Array.from({ length: classes }, (_, index) => index),
    )
    const hits = emit.compare('Equal', emit.reshape(targets, [batch, 1]), indices)
    const oneHot = emit.cast(hits, logits.dtype)
    const logProbabilities = emit.op('LogSoftmax', [logits], logits.shape, { axis: -1 })
    const logLikelihood = emit.sum(emit.binary('Mul', oneHot, logProbabilities), [0, 1], false)
    const predicted = emit.op('ArgMax', [logits], [batch], { axis: 1, keepdims: 0 }, 'int64')
    const right = emit.compare('Equal', emit.cast(predicted, 'int32'), targets)
    const excess = emit.binary('Sub', emit.unary('Exp', logProbabilities), oneHot)
    return {
      loss: emit.binary('Mul', logLikelihood, -1 / batch),
      metrics: {
        accuracy: emit.binary('Mul', emit.sum(emit.cast(right, logits.dtype), [0], false), 1 / batch),
      },
      gradient: emit.binary('Mul', excess, 1 / batch),
    }
  },
}
