import { precisions } from '@homing/protocol'
import * as v from 'valibot'

/** Precisions that parameters can be brought to. */
export const smallPrecisions = precisions.filter((precision) => precision !== 'fp32')

/** A precision that parameters can be brought to. */
export type SmallPrecision = (typeof smallPrecisions)[number]

/** What `pack.json` says of further parameter sets. */
export const VariantsConfigSchema = v.strictObject({
  precisions: v.pipe(v.array(v.picklist(smallPrecisions)), v.minLength(1)),
  /** Labelled examples on which all parameter sets are measured: a JSON file or a folder of `.npy` files. */
  examples: v.optional(v.pipe(v.string(), v.minLength(1))),
})

/** What `pack.json` says of further parameter sets. */
export type VariantsConfig = v.InferOutput<typeof VariantsConfigSchema>
