import type { ModelProto } from '@homing/onnx'
import { type LossSettings, parseWith, type StepRecipe, StepRecipeSchema } from '@homing/protocol'

import type { ForwardOptions } from '../forward-graph.ts'

/** Name of a loss that needs no settings. */
export type LossName = Exclude<LossSettings['kind'], 'graph'>

/** What is trained, on which loss, and how: the recipe of a step, and sizes of dynamic dimensions. */
export interface TrainingOptions extends Omit<StepRecipe, 'loss'>, Pick<ForwardOptions, 'dims'> {
  readonly loss: LossName | LossSettings
  /**
   * The loss of kind `graph`: a model of two inputs, the output that is trained and, called `targets`, what it is
   * compared with. Its first output is the loss, a scalar; further scalar outputs are metrics of their names.
   */
  readonly lossGraph?: ModelProto | undefined
}

/**
 * The recipe in `options`, checked.
 * @throws HomingError CONFIG_INVALID
 */
export function recipeOf({ loss, ...recipe }: TrainingOptions): StepRecipe {
  const described = typeof loss === 'string' ? { kind: loss } : loss
  return parseWith(StepRecipeSchema, { ...recipe, loss: described }, 'CONFIG_INVALID', 'The training recipe')
}
