import type { Loss } from './loss.ts'
import { meanSquaredError } from './mean-squared-error.ts'
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts'

/** The losses by name. */
export const losses = {
  'softmax-cross-entropy': softmaxCrossEntropy,
  mse: meanSquaredError,
} as const satisfies Record<string, Loss>

/** Name of a loss. */
export type LossName = keyof typeof losses
