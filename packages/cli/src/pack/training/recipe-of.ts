import { parseWith, type TrainingRecipe, TrainingRecipeSchema } from '@homing/protocol'

import { batchSize } from '../batch-size.ts'
import { defaultOutput } from '../default-output.ts'
import {
  defaultBatch,
  defaultEpochs,
  defaultLearningRate,
  defaultLoss,
  defaultOptimiser,
} from './default-recipe.ts'
import type { TrainingPlan } from './training-plan.ts'

/** Names of the tensors of adapters. */
const adapterTensors = ['*/lora_a', '*/lora_b']

/**
 * The whole recipe: what the publisher says, and defaults that fit signature and pipeline. `endOf` tells in which
 * activation the model's output ends.
 * @throws HomingError CONFIG_INVALID
 */
export function recipeOf(
  { config, signature, pipeline }: TrainingPlan,
  endOf: (output: string) => 'softmax' | 'sigmoid' | undefined = () => undefined,
): TrainingRecipe & { readonly output: string } {
  const { dims: _dims, adapters, loss: given, ...said } = config
  const output = said.output ?? defaultOutput(signature, pipeline)
  const optimiser = said.optimiser ?? defaultOptimiser
  const recipe = parseWith(
    TrainingRecipeSchema,
    {
      epochs: defaultEpochs,
      learningRate: defaultLearningRate(optimiser),
      ...(adapters && { trainable: adapterTensors }),
      ...said,
      output,
      optimiser,
      loss: given ?? defaultLoss(output, pipeline, endOf(output)),
      batch: batchSize(signature.inputs, said.batch, defaultBatch),
    },
    'CONFIG_INVALID',
    'The training recipe',
  )
  return { ...recipe, output }
}
