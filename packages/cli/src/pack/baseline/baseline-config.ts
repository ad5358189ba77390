import * as v from 'valibot'

const path = v.pipe(v.string(), v.minLength(1))

/** What `pack.json` says of the baseline: the data that the version was made with, or a baseline that was measured before. */
export const BaselineConfigSchema = v.union([
  v.strictObject({
    /** A table (`.csv`, `.tsv`), a folder of images or tensors as `.npy`, or a JSON file of tensors. */
    data: path,
    /** The same, of samples that were not trained on: what the version is worth is measured on these. */
    heldOut: v.optional(path),
    /** Name of the column of what is true. */
    target: v.optional(path),
  }),
  /** A file that was measured before; the section `telemetry` declares the edges of its histograms. */
  v.strictObject({ file: path }),
])

/** What `pack.json` says of the baseline. */
export type BaselineConfig = v.InferOutput<typeof BaselineConfigSchema>
