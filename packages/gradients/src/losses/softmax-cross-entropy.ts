import { HomingError } from '@homing/protocol'

import type { Emitter, ShapedValue } from '../emitter.ts'
import type { Loss } from './loss.ts'

/** Settings of softmax cross-entropy. */
export interface SoftmaxCrossEntropyOptions {
  /** Share of the target that all classes get alike (Szegedy et al. 2016), from 0 to below 1. 0 when absent. */
  readonly labelSmoothing?: number
  /** What each class counts; the mean is then over the weights of the examples' classes. All alike when absent. */
  readonly classWeights?: readonly number[]
}

/**
 * Cross-entropy of softmax(logits [N, classes]) to class indices (int32 [N]), mean over N. Metric: `accuracy`.
 * @throws HomingError CONFIG_INVALID for settings that make no sense.
 */
export function softmaxCrossEntropy({ labelSmoothing = 0, classWeights }: SoftmaxCrossEntropyOptions): Loss {
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new HomingError('CONFIG_INVALID', `Label smoothing is from 0 to below 1, not ${labelSmoothing}`)
  if (classWeights?.some((weight) => !(weight > 0 && weight < Infinity)))
    throw new HomingError('CONFIG_INVALID', `Class weights must be above 0, not ${classWeights.join(', ')}`)
  return {
    targets({ name, shape }) {
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
      return { dtype: 'int32', shape: shape.slice(0, 1) }
    },
    write(emit, logits, targets) {
      const [batch, classes] = logits.shape as readonly [number, number]
      const oneHot = oneHotOf(emit, targets, logits)
      const weights = classWeights && emit.constant(logits.dtype, [1, classes], classWeights)
      const logProbabilities = emit.op('LogSoftmax', [logits], logits.shape, { axis: -1 })
      const probabilities = emit.unary('Exp', logProbabilities)
      const smooth =
        labelSmoothing === 0
          ? oneHot
          : emit.binary('Add', emit.binary('Mul', oneHot, 1 - labelSmoothing), labelSmoothing / classes)
      const wanted = weights ? emit.binary('Mul', smooth, weights) : smooth
      const logLikelihood = emit.sum(emit.binary('Mul', wanted, logProbabilities), [0, 1], false)
      const given = weights ? emit.binary('Mul', probabilities, emit.sum(wanted, [1], true)) : probabilities
      const share = weights
        ? emit.unary('Reciprocal', emit.sum(emit.binary('Mul', oneHot, weights), [0, 1], false))
        : emit.scalar(1 / batch, logits.dtype)
      const predicted = emit.op('ArgMax', [logits], [batch], { axis: 1, keepdims: 0 }, 'int64')
      const right = emit.compare('Equal', emit.cast(predicted, 'int32'), targets)
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
