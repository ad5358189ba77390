import * as v from 'valibot'

import { maxCategories, maxCount, maxEdges, maxProjections } from './config.ts'
import { CountSchema, LabelSchema } from './figures.ts'
import {
  maxClasses,
  maxMagnitude,
  maxQuantileBins,
  maxQuantileIndex,
  maxQuantileLevel,
  maxScoreBins,
} from './sketch-limits.ts'

/** A value, or a mean of values. Larger ones are counted as infinite, so that sums of squares stay finite. */
export const ValueSchema = v.pipe(v.number(), v.finite(), v.minValue(-maxMagnitude), v.maxValue(maxMagnitude))

/** Greatest sum of squares of values: so what is merged of a million batches stays finite too. */
const maxSum = maxMagnitude ** 2 * maxCount
/** A sum of values, or of products of two of them. */
export const ProductsSchema = v.pipe(v.number(), v.finite(), v.minValue(-maxSum), v.maxValue(maxSum))
const PositiveSumSchema = v.pipe(ProductsSchema, v.minValue(0))

/** By what share sums may miss what they are compared with: floats are rounded when they are added, and when they travel. */
const rounding = 1e-6

const counts = (least: number, most: number) =>
  v.pipe(v.array(CountSchema), v.minLength(least), v.maxLength(most))

/** Count, mean, sum of squared deviations and extremes of a series; all zero where nothing was added. */
export const MomentsSchema = v.pipe(
  v.strictObject({
    count: CountSchema,
    mean: ValueSchema,
    m2: PositiveSumSchema,
    min: ValueSchema,
    max: ValueSchema,
  }),
  v.check(({ min, mean, max }) => {
    const slack = rounding * Math.max(Math.abs(min), Math.abs(max))
    return min <= max && mean >= min - slack && mean <= max + slack
  }, 'a mean that lies outside the extremes'),
  v.check(({ count, m2 }) => count > 1 || m2 === 0, 'fewer than two values have no spread'),
)

/** Count, mean, sum of squared deviations and extremes of a series. */
export type MomentsWire = v.InferOutput<typeof MomentsSchema>

/**
 * Bins that hold something, in ascending order: the index of the first and its count, then for each further one how far its
 * index lies above the one before, and its count.
 */
const packedBins = (leastIndex: number, mostIndex: number, mostBins: number) =>
  v.pipe(
    v.array(v.pipe(v.number(), v.safeInteger())),
    v.maxLength(2 * mostBins),
    v.check((bins) => bins.length % 2 === 0, 'a bin without its count'),
    v.check((bins) => {
      let index = 0
      for (let at = 0; at < bins.length; at += 2) {
        index += bins[at]!
        if (at > 0 && bins[at]! < 1) return false
        if (at === 0 && index < leastIndex) return false
      }
      return bins.length === 0 || index <= mostIndex
    }, `indices of bins out of order, or beyond ${leastIndex} to ${mostIndex}`),
    v.check(
      (bins) => bins.every((count, at) => at % 2 === 0 || (count > 0 && count <= maxCount)),
      'a bin whose count is not positive, or too large',
    ),
  )

const QuantileBinsSchema = packedBins(-maxQuantileIndex, maxQuantileIndex, maxQuantileBins)

/**
 * A DDSketch (Masson, Rim, Lee, PVLDB 12(12), 2019) of relative accuracy 0.01, whose neighbouring bins were joined `level`
 * times (Epicoco et al., UDDSketch, IEEE Access 8, 2020). Fields that would be zero or empty are left out.
 */
export const QuantileSketchSchema = v.pipe(
  v.strictObject({
    level: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxQuantileLevel))),
    /** Bins of the magnitudes of negative values, and of positive ones. */
    negative: v.optional(QuantileBinsSchema),
    positive: v.optional(QuantileBinsSchema),
    zero: v.optional(CountSchema),
    nan: v.optional(CountSchema),
    infinite: v.optional(CountSchema),
  }),
  v.check(
    ({ negative = [], positive = [] }) => negative.length + positive.length <= 2 * maxQuantileBins,
    `more than ${maxQuantileBins} bins`,
  ),
)

/** A DDSketch as it travels. */
export type QuantileSketchWire = v.InferOutput<typeof QuantileSketchSchema>

/**
 * Counts by category, each at most `error` too low; `other` counts what was given to none. Exact where `error` is missing:
 * then there were never more categories than are kept.
 */
export const CategoriesSchema = v.strictObject({
  counts: v.pipe(v.record(LabelSchema, CountSchema), v.maxEntries(maxCategories)),
  other: v.optional(CountSchema),
  error: v.optional(CountSchema),
})

/** Counts by category as they travel. */
export type CategoriesWire = v.InferOutput<typeof CategoriesSchema>

/**
 * Counts between fixed edges that the manifest tells: the first up to and with the first edge, the last above the last edge.
 * So there is one count more than edges.
 */
export const HistogramSchema = counts(2, maxEdges + 1)

/** How often each label was said where each was true. */
export const ConfusionSchema = v.pipe(
  v.strictObject({
    labels: v.pipe(v.array(LabelSchema), v.maxLength(maxClasses)),
    /** Ascending: index of the cell (true label times the number of labels, plus the said one) and count, packed as bins are. */
    cells: packedBins(0, maxClasses ** 2 - 1, maxClasses ** 2),
    /** Pairs with a label that is none of these. */
    other: v.optional(CountSchema),
  }),
  v.check(({ labels }) => new Set(labels).size === labels.length, 'a label twice'),
  v.check(({ labels, cells }) => {
    let index = 0
    for (let at = 0; at < cells.length; at += 2) index += cells[at]!
    return cells.length === 0 || index < labels.length ** 2
  }, 'a cell of no label'),
)

/** How often each label was said where each was true, as it travels. */
export type ConfusionWire = v.InferOutput<typeof ConfusionSchema>

/** Per bin of equal width from 0 to 1 of the confidence: how many, how many were right, and the sum of confidence. */
export const CalibrationSchema = v.pipe(
  v.strictObject({
    counts: counts(1, maxScoreBins),
    right: counts(1, maxScoreBins),
    confidence: v.pipe(v.array(PositiveSumSchema), v.minLength(1), v.maxLength(maxScoreBins)),
  }),
  v.check(
    ({ counts: all, right, confidence }) =>
      right.length === all.length &&
      confidence.length === all.length &&
      right.every((count, bin) => count <= all[bin]!) &&
      confidence.every((sum, bin) => sum <= all[bin]! * (1 + rounding)),
    'bins that do not belong together',
  ),
)

/** Bins of confidence as they travel. */
export type CalibrationWire = v.InferOutput<typeof CalibrationSchema>

/** Errors of an estimated value against the true one. */
export const RegressionSchema = v.strictObject({
  /** Estimate less truth. */
  residual: MomentsSchema,
  truth: MomentsSchema,
  /** Sum of the errors' magnitudes. */
  absolute: PositiveSumSchema,
  /** Of errors as shares of the truth, where that is not zero: how many, and the sum of their magnitudes. */
  percentage: v.strictObject({ count: CountSchema, sum: PositiveSumSchema }),
  /** Magnitudes of the errors. */
  errors: QuantileSketchSchema,
})

/** Errors of an estimated value as they travel. */
export type RegressionWire = v.InferOutput<typeof RegressionSchema>

const ScoreBinsSchema = packedBins(0, maxScoreBins - 1, maxScoreBins)

/** Scores of classes in bins of equal width from 0 to 1: where the class was the true one, and where it was not. */
export const ScoresSchema = v.strictObject({
  classes: v.pipe(
    v.record(LabelSchema, v.strictObject({ positive: ScoreBinsSchema, negative: ScoreBinsSchema })),
    v.maxEntries(maxClasses),
  ),
  /** Of the true class's score: how many, and the sum of its negative natural logarithms. */
  logLoss: v.strictObject({ count: CountSchema, sum: PositiveSumSchema }),
})

/** Scores of classes as they travel. */
export type ScoresWire = v.InferOutput<typeof ScoresSchema>

/** The longest run of one label. */
export const LongestRunSchema = v.strictObject({ label: LabelSchema, length: CountSchema })

/** The longest run of one label. */
export type LongestRunWire = v.InferOutput<typeof LongestRunSchema>

/** Sums, and sums of squares, of the random projections of vectors. */
export const ProjectionSchema = v.pipe(
  v.strictObject({
    count: CountSchema,
    sums: v.pipe(v.array(ProductsSchema), v.minLength(1), v.maxLength(maxProjections)),
    squares: v.pipe(v.array(PositiveSumSchema), v.maxLength(maxProjections)),
  }),
  v.check(({ sums, squares }) => squares.length === sums.length, 'squares that do not fit the projections'),
)

/** Sums of random projections as they travel. */
export type ProjectionWire = v.InferOutput<typeof ProjectionSchema>
