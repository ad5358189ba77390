import { HomingError } from '@homing/protocol'

import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { huber } from './huber.ts'
import type { Loss } from './loss.ts'
import { meanAbsoluteError } from './mean-absolute-error.ts'
import { meanSquaredError } from './mean-squared-error.ts'
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts'

const losses = {
  'softmax-cross-entropy': softmaxCrossEntropy,
  'binary-cross-entropy': binaryCrossEntropy,
  mse: meanSquaredError,
  mae: meanAbsoluteError,
  huber,
} as const satisfies Record<string, Loss>

/** Name of a loss. */
export type LossName = keyof typeof losses

/**
 * The loss called `name`.
 * @throws HomingError CONFIG_INVALID when there is none.
 */
export function lossOf(name: LossName): Loss {
  if (Object.hasOwn(losses, name)) return losses[name]
  throw new HomingError(
    'CONFIG_INVALID',
    `There is no loss "${name}", only ${Object.keys(losses).join(', ')}`,
  )
}
