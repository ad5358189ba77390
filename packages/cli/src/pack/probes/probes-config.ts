import { AuthorNameSchema, maxProbeCases, ProbesSchema } from '@homing/protocol'
import * as v from 'valibot'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** What `pack.json` says of probes. Defaults fill in what is absent. */
export const ProbesConfigSchema = v.strictObject({
  /**
   * Golden inputs, and the outputs that the model's own framework gives for them: a JSON file or a folder of `.npy` files.
   * Inputs are drawn when absent.
   */
  golden: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** How many inputs are drawn. */
  cases: v.optional(v.pipe(count, v.maxValue(maxProbeCases))),
  /** Of the random numbers that inputs are drawn by. 1 when absent. */
  seed: v.optional(v.pipe(v.number(), v.safeInteger())),
  /** How far outputs may lie from those wanted, of the model in its own precision. */
  tolerance: v.optional(ProbesSchema.entries.tolerance),
  /** Sizes of dynamic dimensions behind the first of drawn inputs, by name. 8 when absent. */
  dims: v.optional(v.record(AuthorNameSchema, count)),
})

/** What `pack.json` says of probes. */
export type ProbesConfig = v.InferOutput<typeof ProbesConfigSchema>
