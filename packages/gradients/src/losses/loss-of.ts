import type { ModelProto } from '@homing/onnx'
import type { LossSettings } from '@homing/protocol'

import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { graphLoss } from './graph-loss.ts'
import { huber } from './huber.ts'
import type { Loss } from './loss.ts'
import { meanAbsoluteError } from './mean-absolute-error.ts'
import { meanSquaredError } from './mean-squared-error.ts'
import { pairwiseRanking } from './pairwise-ranking.ts'
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts'

/**
 * The loss that `settings` describe; `lossGraph` is the one of kind `graph`, and `opset` the operator set of the model.
 * @throws HomingError as `graphLoss`.
 */
export function lossOf(settings: LossSettings, opset: number, lossGraph?: ModelProto): Loss {
  switch (settings.kind) {
    case 'softmax-cross-entropy':
      return softmaxCrossEntropy(settings)
    case 'binary-cross-entropy':
      return binaryCrossEntropy
    case 'mse':
      return meanSquaredError
    case 'mae':
      return meanAbsoluteError
    case 'huber':
      return huber(settings)
    case 'pairwise-ranking':
      return pairwiseRanking
    case 'graph':
      return graphLoss(lossGraph, opset)
  }
}
