import * as v from 'valibot'

import { CountSchema } from './figures.ts'
import { CategoriesSchema, HistogramSchema, MomentsSchema, QuantileSketchSchema } from './sketches.ts'

/** What is told of any feature, whatever its values. */
const health = {
  /** Samples of which it was asked, whatever became of it. */
  count: CountSchema,
  /** Not there: absent, null or NaN. */
  missing: CountSchema,
  /** Of another type than it was declared with. */
  mismatched: CountSchema,
  /** Refused by a check of the pipeline. */
  failed: CountSchema,
}

/** A feature that is a number. What is not finite is counted, and in no sketch. */
const NumericSummarySchema = v.strictObject({
  kind: v.literal('numeric'),
  ...health,
  /** Infinities; NaN after the pipeline. */
  nonFinite: CountSchema,
  moments: v.optional(MomentsSchema),
  quantiles: v.optional(QuantileSketchSchema),
  /** Over the edges that the manifest declares. */
  histogram: v.optional(HistogramSchema),
})

/** A feature that is one of several words. */
const CategorySummarySchema = v.strictObject({
  kind: v.literal('category'),
  ...health,
  /** Words that were not declared. */
  unseen: CountSchema,
  categories: CategoriesSchema,
})

/** One feature in one group. */
export const FeatureSummarySchema = v.variant('kind', [NumericSummarySchema, CategorySummarySchema])

/** One feature in one group. */
export type FeatureSummary = v.InferOutput<typeof FeatureSummarySchema>
export type CategorySummary = v.InferOutput<typeof CategorySummarySchema>
