import { namePattern } from '@homing/gradients'
import { HomingError, type Training, type TrainingRecipe } from '@homing/protocol'

import { fixedInputs } from '../fixed-inputs.ts'
import { recipeOf } from './recipe-of.ts'
import type { TrainingPlan, WrittenTraining } from './training-plan.ts'

/** Name of the targets, as in training graphs. */
const targetsName = 'targets'

/** A weight of a layers model. */
export interface LayersWeight {
  readonly name: string
  readonly rank: number
  /** Which layer has it, counted from the input. */
  readonly layer: number
  /** What gradients change; what the model's author froze; a running average, which moves with the batches. */
  readonly role: 'learned' | 'frozen' | 'average'
}

/**
 * What a layers model of TensorFlow.js is trained with, which differentiates by itself: recipe, sizes and weights.
 * `weights` is undefined for a graph model, which is frozen.
 * @throws HomingError CONFIG_INVALID
 */
export function tfjsTraining(
  weights: readonly LayersWeight[] | undefined,
  plan: TrainingPlan,
): WrittenTraining {
  if (!weights) {
    throw new HomingError(
      'CONFIG_INVALID',
      'Graph models of TensorFlow.js are frozen and cannot be trained: pack the layers model that this one was converted from, or the model as ONNX',
    )
  }
  if (plan.config.adapters)
    throw new HomingError('CONFIG_INVALID', 'Adapters are put on ONNX models: pack this one as ONNX')
  const recipe = recipeOf(plan)
  const inputs = fixedInputs(plan.signature.inputs, { batch: recipe.batch, dims: plan.config.dims ?? {} })
  return {
    section: {
      inference: plan.inference,
      recipe,
      inputs,
      targets: targetsOf(plan, recipe),
      tensors: chosenWeights(weights, recipe),
    },
  }
}

/** Targets as the losses of ONNX packages take them: class indices, or numbers of the output's shape. */
function targetsOf(
  { signature }: TrainingPlan,
  { output, loss, batch }: TrainingRecipe,
): Training['targets'] {
  const spec = signature.outputs.find(({ name }) => name === output)
  if (!spec) throw new HomingError('CONFIG_INVALID', `The model has no output "${output}"`)
  if (loss.kind === 'graph')
    throw new HomingError(
      'CONFIG_INVALID',
      'A loss of kind "graph" is for ONNX models: TensorFlow.js runs none',
    )
  const [, ...rest] = spec.shape
  const sizes = rest.filter((dim) => typeof dim === 'number')
  if (sizes.length !== rest.length)
    throw new HomingError('CONFIG_INVALID', `Output "${output}" has dynamic dimensions behind its first`)
  if (loss.kind !== 'softmax-cross-entropy' || loss.oneHot)
    return { name: targetsName, dtype: 'float32', shape: [batch, ...sizes] }
  const [classes, ...others] = sizes
  if (classes === undefined || others.length > 0)
    throw new HomingError(
      'CONFIG_INVALID',
      `Softmax cross-entropy takes logits [batch, classes]; "${output}" is [${spec.shape.join(', ')}]`,
    )
  return { name: targetsName, dtype: 'int32', shape: [batch], classes }
}

/** The weights that training changes: of layers that the author froze only those that the publisher names. */
function chosenWeights(weights: readonly LayersWeight[], recipe: TrainingRecipe): string[] {
  const { trainable: choice = 'all', batchStatistics = false } = recipe
  const learned = weights.filter(({ role }) => role === 'learned')
  const named = weights.filter(({ role }) => role !== 'average')
  const last = Math.max(...learned.map(({ layer }) => layer))
  const groups = {
    all: () => true,
    head: ({ layer }: LayersWeight) => layer === last,
    'biases-and-norms': ({ rank }: LayersWeight) => rank === 1,
  }
  const chosen = new Set(
    typeof choice === 'string'
      ? learned.filter(groups[choice])
      : choice.flatMap((pattern) => matching(named, pattern)),
  )
  if (chosen.size === 0)
    throw new HomingError('CONFIG_INVALID', 'The model has no weight that can be trained')
  return weights
    .filter((weight) => chosen.has(weight) || (batchStatistics && weight.role === 'average'))
    .map(({ name }) => name)
}

function matching(weights: readonly LayersWeight[], pattern: string): LayersWeight[] {
  const found = weights.filter(({ name }) => namePattern(pattern)(name))
  if (found.length > 0) return found
  throw new HomingError('CONFIG_INVALID', `No trainable weight is called "${pattern}"`, {
    details: { trainable: weights.map(({ name }) => name) },
  })
}
