import { HomingError, type LossSettings } from '@homing/protocol'

import type { Emitter, ShapedValue } from '../emitter.ts'
import type { Loss } from './loss.ts'

/**
 * Cross-entropy of softmax(logits [N, classes]) to class indices (int32 [N]) or probabilities ([N, classes], of the
 * logits' type), mean over N. Metric: `accuracy`, for probabilities of the likeliest class. An index out of range counts as
 * no class: its example adds nothing to the loss, and lowers all its logits; who feeds targets should check them before.
 * `targets` throws HomingError CONFIG_INVALID for an output of another rank, or another number of class weights.
 */
export function softmaxCrossEntropy({
  oneHot = false,
  labelSmoothing = 0,
  classWeights,
}: Extract<LossSettings, { kind: 'softmax-cross-entropy' }>): Loss {
  return {
    targets({ name, dtype, shape }) {
      if (shape.length !== 2) {
        throw new HomingError(
          'CONFIG_INVALID',
          `Softmax cross-entropy takes logits [batch, classes]; "${name}" is [${shape.join(', ')}]`,
        )
      }
      if (classWeights && classWeights.length !== shape[1]) {
        throw new HomingError(
          'CONFIG_INVALID',
          `There are ${classWeights.length} class weights for ${shape[1]} classes`,
        )
      }
      return oneHot ? { dtype, shape } : { dtype: 'int32', shape: shape.slice(0, 1), classes: shape[1]! }
    },
    write(emit, logits, targets) {
      const [batch, classes] = logits.shape as readonly [number, number]
      const goals = oneHot ? targets : oneHotOf(emit, targets, logits)
      const weights = classWeights && emit.constant(logits.dtype, [1, classes], classWeights)
      const logProbabilities = emit.op('LogSoftmax', [logits], logits.shape, { axis: -1 })
      const probabilities = emit.unary('Exp', logProbabilities)
      const smooth =
        labelSmoothing === 0
          ? goals
          : emit.binary('Add', emit.binary('Mul', goals, 1 - labelSmoothing), labelSmoothing / classes)
      const wanted = weights ? emit.binary('Mul', smooth, weights) : smooth
      const logLikelihood = emit.sum(emit.binary('Mul', wanted, logProbabilities), [0, 1], false)
      // Unless they are weighed or given, the shares of an example add up to 1.
      const given =
        weights || oneHot ? emit.binary('Mul', probabilities, emit.sum(wanted, [1], true)) : probabilities
      const share = weights
        ? emit.unary('Reciprocal', emit.sum(emit.binary('Mul', goals, weights), [0, 1], false))
        : emit.scalar(1 / batch, logits.dtype)
      const likeliest = (rows: ShapedValue): ShapedValue =>
        emit.cast(emit.op('ArgMax', [rows], [batch], { axis: 1, keepdims: 0 }, 'int64'), 'int32')
      const right = emit.compare('Equal', likeliest(logits), oneHot ? likeliest(targets) : targets)
      return {
        loss: emit.unary('Neg', emit.binary('Mul', logLikelihood, share)),
        metrics: {
          accuracy: emit.binary('Mul', emit.sum(emit.cast(right, logits.dtype), [0], false), 1 / batch),
        },
        gradient: emit.binary('Mul', emit.binary('Sub', given, wanted), share),
      }
    },
  }
}

/** 1 at the class of each example, else 0. */
function oneHotOf(emit: Emitter, targets: ShapedValue, { shape, dtype }: ShapedValue): ShapedValue {
  const [batch, classes] = shape as readonly [number, number]
  const indices = emit.constant(
    'int32',
    [1, classes],
    Array.from({ length: classes }, (_, index) => index),
  )
  return emit.cast(emit.compare('Equal', emit.reshape(targets, [batch, 1]), indices), dtype)
}
