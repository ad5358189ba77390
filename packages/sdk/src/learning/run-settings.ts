import { HomingError, type TrainingRecipe } from '@homing/protocol'

import { defaultSeed } from './config.ts'
import type { TrainingSettings } from './training-api.ts'

/** The recipe of a run, with what the app wants otherwise. @throws HomingError CONFIG_INVALID naming the option. */
export function runSettings(
  recipe: TrainingRecipe,
  { epochs = recipe.epochs, learningRate = recipe.learningRate, seed = defaultSeed }: TrainingSettings,
): { epochs: number; learningRate: number; seed: number } {
  if (!(Number.isSafeInteger(epochs) && epochs >= 1))
    refuse('`epochs` must be a whole number, 1 or more', epochs)
  if (!(Number.isFinite(learningRate) && learningRate > 0))
    refuse('`learningRate` must be above 0', learningRate)
  if (!Number.isSafeInteger(seed)) refuse('`seed` must be a whole number', seed)
  return { epochs, learningRate, seed }
}

function refuse(problem: string, value: unknown): never {
  throw new HomingError('CONFIG_INVALID', `${problem}, not ${String(value)}.`)
}
