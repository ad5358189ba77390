import * as v from 'valibot'

import { AuthorNameSchema, FileRefSchema, Sha256Schema } from './names.ts'
import { FixedTensorSchema } from './training.ts'

/** What a prediction is compared with: one number for every element of an input or pixel (0 to 1), or a row of a table. */
const BaselineSchema = v.union([
  v.pipe(v.number(), v.finite()),
  v.record(AuthorNameSchema, v.union([v.pipe(v.number(), v.finite()), v.string(), v.boolean()])),
])

/** How predictions of a package are explained: its graph gives outputs together with gradients of the inputs. */
export const ExplanationSchema = v.object({
  /** SHA-256 of the inference graph that this section was written for: the manifest's `graph`. */
  inference: Sha256Schema,
  /** ONNX model; learned tensors are external data in the package's parameter file. */
  graph: FileRefSchema,
  /** The model's inputs, as many points at once as their first dimension says. */
  inputs: v.pipe(v.array(FixedTensorSchema), v.minLength(1), v.maxLength(1024)),
  /** The output that is explained, one of the model's. */
  output: FixedTensorSchema,
  /** Float32 input of the output's shape: the weights of the output's elements whose sum is differentiated. */
  selection: AuthorNameSchema,
  /** Outputs that hold the gradients, of the shapes of the inputs. */
  gradients: v.pipe(v.array(v.object({ input: AuthorNameSchema, output: AuthorNameSchema })), v.minLength(1)),
  /** By the name of an input of the pipeline, or of the model where it has none. */
  baselines: v.optional(v.record(AuthorNameSchema, BaselineSchema)),
})

/** How predictions of a package are explained. */
export type Explanation = v.InferOutput<typeof ExplanationSchema>
