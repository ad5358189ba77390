import * as v from 'valibot'

import { CountSchema } from './figures.ts'
import {
  CategoriesSchema,
  HistogramSchema,
  LongestRunSchema,
  MomentsSchema,
  ProjectionSchema,
  QuantileSketchSchema,
} from './sketches.ts'

/** Labels, as a classification gives them. */
const ClassesSummarySchema = v.strictObject({
  kind: v.literal('classes'),
  /** Samples that were answered, and those of them that got no label. */
  count: CountSchema,
  none: CountSchema,
  labels: CategoriesSchema,
  /** Probability of the label. */
  scores: v.optional(QuantileSketchSchema),
  /** The same over equal bins from 0 to 1. */
  confidence: v.optional(HistogramSchema),
  run: v.optional(LongestRunSchema),
})

/** A number. */
const ValueSummarySchema = v.strictObject({
  kind: v.literal('value'),
  count: CountSchema,
  nonFinite: CountSchema,
  moments: v.optional(MomentsSchema),
  quantiles: v.optional(QuantileSketchSchema),
  histogram: v.optional(HistogramSchema),
})

/** What was recommended, first places only: whether ever the same is. */
const RankingSummarySchema = v.strictObject({
  kind: v.literal('ranking'),
  count: CountSchema,
  first: CategoriesSchema,
})

/** An embedding, by its random projections. */
const EmbeddingSummarySchema = v.strictObject({
  kind: v.literal('embedding'),
  count: CountSchema,
  nonFinite: CountSchema,
  projection: v.optional(ProjectionSchema),
})

/** One output in one group. */
export const OutputSummarySchema = v.variant('kind', [
  ClassesSummarySchema,
  ValueSummarySchema,
  RankingSummarySchema,
  EmbeddingSummarySchema,
])

/** One output in one group. */
export type OutputSummary = v.InferOutput<typeof OutputSummarySchema>
export type ClassesSummary = v.InferOutput<typeof ClassesSummarySchema>
