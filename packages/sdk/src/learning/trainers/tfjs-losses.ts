import type { LossSettings } from '@homing/protocol'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'

/** A loss between a model's output and targets: a mean over the batch, and further figures. */
export interface TfjsLoss {
  readonly loss: (output: Tensor, targets: Tensor) => Scalar
  readonly metrics: (output: Tensor, targets: Tensor) => Readonly<Record<string, Scalar>>
}

/** The losses that training graphs are written with, defined as there; undefined for a graph of the publisher's own. */
export function tfjsLoss(core: TfjsCore, settings: LossSettings): TfjsLoss | undefined {
  const difference = (output: Tensor, targets: Tensor): Tensor => core.sub(output, targets)
  const mse = (output: Tensor, targets: Tensor): Scalar => core.mean(core.square(difference(output, targets)))
  const mae = (output: Tensor, targets: Tensor): Scalar => core.mean(core.abs(difference(output, targets)))
  switch (settings.kind) {
    case 'softmax-cross-entropy':
      return softmaxCrossEntropy(core, settings)
    case 'binary-cross-entropy':
      return {
        loss: (logits, targets) => core.mean(core.sub(core.softplus(logits), core.mul(logits, targets))),
        metrics: (logits, targets) => ({
          accuracy: core.mean(core.equal(core.greater(logits, 0), core.greater(targets, 0.5))),
        }),
      }
    case 'mse':
      return { loss: mse, metrics: (...pair) => ({ mae: mae(...pair) }) }
    case 'mae':
      return { loss: mae, metrics: (...pair) => ({ mse: mse(...pair) }) }
    case 'huber': {
      const { delta = 1 } = settings
      return {
        loss(output, targets) {
          const whole = difference(output, targets)
          const cut = core.clipByValue(whole, -delta, delta)
          return core.mean(core.mul(cut, core.sub(whole, core.mul(cut, 0.5))))
        },
        metrics: (...pair) => ({ mae: mae(...pair) }),
      }
    }
    case 'pairwise-ranking':
      return pairwiseRanking(core)
    case 'graph':
      return undefined
  }
}

function softmaxCrossEntropy(
  core: TfjsCore,
  {
    oneHot = false,
    labelSmoothing = 0,
    classWeights,
  }: Extract<LossSettings, { kind: 'softmax-cross-entropy' }>,
): TfjsLoss {
  return {
    loss(logits, targets) {
      const [batch, classes] = logits.shape as [number, number]
      const goals = oneHot ? targets : core.cast(core.oneHot(core.cast(targets, 'int32'), classes), 'float32')
      const smooth =
        labelSmoothing === 0 ? goals : core.add(core.mul(goals, 1 - labelSmoothing), labelSmoothing / classes)
      const weights = classWeights && core.tensor2d([...classWeights], [1, classes])
      const wanted = weights ? core.mul(smooth, weights) : smooth
      const total = weights ? core.sum(core.mul(goals, weights)) : core.scalar(batch)
      return core.neg(core.div(core.sum(core.mul(wanted, core.logSoftmax(logits))), total))
    },
    metrics(logits, targets) {
      const right = core.cast(oneHot ? core.argMax(targets, 1) : targets, 'int32')
      return { accuracy: core.mean(core.equal(core.argMax(logits, 1), right)) }
    },
  }
}

function pairwiseRanking(core: TfjsCore): TfjsLoss {
  const pairsOf = (scores: Tensor, relevances: Tensor): { pairs: Tensor; behind: Tensor; count: Tensor } => {
    const rows = (values: Tensor): Tensor => core.expandDims(values, 2)
    const columns = (values: Tensor): Tensor => core.expandDims(values, 1)
    const pairs = core.cast(core.greater(rows(relevances), columns(relevances)), 'float32')
    return {
      pairs,
      behind: core.sub(columns(scores), rows(scores)),
      count: core.maximum(core.sum(pairs), 1),
    }
  }
  return {
    loss(scores, relevances) {
      const { pairs, behind, count } = pairsOf(scores, relevances)
      return core.div(core.sum(core.mul(pairs, core.softplus(behind))), count)
    },
    metrics(scores, relevances) {
      const { pairs, behind, count } = pairsOf(scores, relevances)
      return {
        ordered: core.div(core.sum(core.mul(pairs, core.cast(core.less(behind, 0), 'float32'))), count),
      }
    },
  }
}
