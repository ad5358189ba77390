import { HomingError } from '@homing/protocol'

import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { huber, type HuberOptions } from './huber.ts'
import type { Loss } from './loss.ts'
import { meanAbsoluteError } from './mean-absolute-error.ts'
import { meanSquaredError } from './mean-squared-error.ts'
import { softmaxCrossEntropy, type SoftmaxCrossEntropyOptions } from './softmax-cross-entropy.ts'

/** A loss by name, with its settings. */
export type LossSettings =
  | { readonly kind: 'binary-cross-entropy' | 'mse' | 'mae' }
  | ({ readonly kind: 'softmax-cross-entropy' } & SoftmaxCrossEntropyOptions)
  | ({ readonly kind: 'huber' } & HuberOptions)

/** Name of a loss. */
export type LossName = LossSettings['kind']

/**
 * The loss that `settings` name or describe.
 * @throws HomingError CONFIG_INVALID when there is none, or its settings make no sense.
 */
export function lossOf(settings: LossName | LossSettings): Loss {
  const described: LossSettings = typeof settings === 'string' ? { kind: settings } : settings
  switch (described.kind) {
    case 'softmax-cross-entropy':
      return softmaxCrossEntropy(described)
    case 'binary-cross-entropy':
      return binaryCrossEntropy
    case 'mse':
      return meanSquaredError
    case 'mae':
      return meanAbsoluteError
    case 'huber':
      return huber(described)
    default: {
      const { kind } = described satisfies never as { kind: unknown }
      throw new HomingError('CONFIG_INVALID', `There is no loss "${String(kind)}"`)
    }
  }
}
