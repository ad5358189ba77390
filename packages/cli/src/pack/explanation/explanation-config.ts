import { AuthorNameSchema, ExplanationSchema } from '@homing/protocol'
import * as v from 'valibot'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** What `pack.json` says of explanations. Defaults fill in what is absent. */
export const ExplanationConfigSchema = v.strictObject({
  /** The output that is explained; the one that the pipeline reads first when absent. */
  output: v.optional(AuthorNameSchema),
  /** Points on the way from baseline to input whose gradients one run gives. 16 when absent. */
  points: v.optional(count),
  baselines: ExplanationSchema.entries.baselines,
  /** Sizes of dynamic dimensions other than the first, by name; those of `training` when absent. */
  dims: v.optional(v.record(AuthorNameSchema, count)),
})

/** What `pack.json` says of explanations. */
export type ExplanationConfig = v.InferOutput<typeof ExplanationConfigSchema>
