import * as v from 'valibot'

import { maxPositions } from './config.ts'
import { CountSchema, SumSchema } from './figures.ts'
import {
  CalibrationSchema,
  ConfusionSchema,
  QuantileSketchSchema,
  RegressionSchema,
  ScoresSchema,
} from './sketches.ts'

/** What users did with an answer; `none`: nothing, until the declared window had passed. */
export const signalNames = ['click', 'hide', 'dwell', 'completion', 'none'] as const

/** How much is known, and how soon. */
const coverage = {
  /** Predictions whose answer is known now, whenever they were made. */
  count: CountSchema,
  /** Feedback whose prediction is no longer known on the device. */
  unmatched: CountSchema,
  /** Seconds from prediction to feedback. */
  lag: v.optional(QuantileSketchSchema),
}

/** The true label against the predicted one. */
const LabelFeedbackSchema = v.strictObject({
  kind: v.literal('labels'),
  ...coverage,
  confusion: v.optional(ConfusionSchema),
  calibration: v.optional(CalibrationSchema),
  /** Of the labels, by whether they were true: AUC and log loss. */
  scores: v.optional(ScoresSchema),
})

/** The true value against the predicted one. */
const ValueFeedbackSchema = v.strictObject({
  kind: v.literal('values'),
  ...coverage,
  errors: v.optional(RegressionSchema),
})

/** What users did; positive or negative, by signal. */
const SignalFeedbackSchema = v.strictObject({
  kind: v.literal('signals'),
  ...coverage,
  signals: v.strictObject(v.entriesFromList(signalNames, v.optional(CountSchema))),
  positive: CountSchema,
  negative: CountSchema,
  /** Seconds of dwelling. */
  dwell: v.optional(QuantileSketchSchema),
  /** Predicted probability against positive or not. */
  calibration: v.optional(CalibrationSchema),
})

/** What became of one position of a list. */
const PositionSchema = v.strictObject({
  shown: CountSchema,
  positive: CountSchema,
  /** Sum, and sum of squares, of 1/propensity over what was positive (Horvitz and Thompson, 1952). */
  weight: SumSchema,
  squares: SumSchema,
})

/** Feedback on what was shown in an order. */
export const RankingFeedbackSchema = v.strictObject({
  /** Best position first. */
  positions: v.pipe(v.array(PositionSchema), v.maxLength(maxPositions)),
})

/** What became known of one output in one group, which is of the hour in which it did. */
export const FeedbackSummarySchema = v.variant('kind', [
  LabelFeedbackSchema,
  ValueFeedbackSchema,
  SignalFeedbackSchema,
])

/** What became known of one output in one group. */
export type FeedbackSummary = v.InferOutput<typeof FeedbackSummarySchema>
export type RankingFeedback = v.InferOutput<typeof RankingFeedbackSchema>
