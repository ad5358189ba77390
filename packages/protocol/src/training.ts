import * as v from 'valibot'

import { maxRank } from './config.ts'
import { AuthorNameSchema, FileRefSchema, Sha256Schema } from './names.ts'
import { dtypes } from './tensor.ts'
import { TrainingRecipeSchema } from './training-recipe.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** A tensor of a shape that is fixed when the graph is written. */
export const FixedTensorSchema = v.object({
  name: AuthorNameSchema,
  dtype: v.picklist(dtypes),
  shape: v.pipe(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), v.maxLength(maxRank)),
})

/** A tensor of a fixed shape. */
export type FixedTensor = v.InferOutput<typeof FixedTensorSchema>

/** What a step reads under `input` and gives anew under `output`. */
const SlotSchema = v.object({ input: AuthorNameSchema, output: AuthorNameSchema })

/**
 * A training graph: one step as an ONNX model of ordinary operators. Learned tensors that it does not change are
 * external data in the package's parameter file.
 */
export const TrainingGraphSchema = v.object({
  file: FileRefSchema,
  /** `input` is the name of a learned tensor, which has the slot's shape. */
  slots: v.pipe(
    v.array(
      v.object({
        ...SlotSchema.entries,
        /** Input for the tensor as it was when the run began. */
        anchor: v.optional(AuthorNameSchema),
        /** What the optimiser keeps for it: tensors of its shape, zeros before the first step. */
        state: v.array(SlotSchema),
      }),
    ),
    v.minLength(1),
  ),
  /** Float32 scalar inputs: the learning rate, and the number of the step, from 1. */
  learningRate: AuthorNameSchema,
  step: AuthorNameSchema,
  /** Float32 scalar outputs: the mean loss over the batch before the step, and further figures. */
  loss: AuthorNameSchema,
  metrics: v.array(AuthorNameSchema),
})

/** A training graph and the names of its inputs and outputs. */
export type TrainingGraphFile = v.InferOutput<typeof TrainingGraphSchema>

/** How a package is trained on the device. */
export const TrainingSchema = v.object({
  /** SHA-256 of the inference graph that this section was written for: the manifest's `graph`. */
  inference: Sha256Schema,
  recipe: TrainingRecipeSchema,
  /** One batch of the model's inputs. */
  inputs: v.pipe(v.array(FixedTensorSchema), v.minLength(1), v.maxLength(1024)),
  /** Int32 class indices below `classes`, or float32. */
  targets: v.object({ ...FixedTensorSchema.entries, classes: v.optional(count) }),
  /** The learned tensors that training changes, by their names in `parameters.tensors`. */
  tensors: v.pipe(v.array(AuthorNameSchema), v.minLength(1)),
  /** ONNX packages only: TensorFlow.js differentiates by itself. */
  graph: v.optional(TrainingGraphSchema),
})

/** How a package is trained on the device. */
export type Training = v.InferOutput<typeof TrainingSchema>
