import * as v from 'valibot'

import type { Manifest } from '../manifest.ts'
import { AuthorNameSchema } from '../names.ts'
import { parseWith } from '../parse.ts'
import {
  maxCategories,
  maxEdges,
  maxEventFields,
  maxEventHours,
  maxFeatures,
  maxFeedbackWindow,
  maxOutputs,
  maxProjections,
  maxSlices,
  maxSliceValues,
} from './config.ts'
import { LabelSchema, SliceTextSchema } from './figures.ts'
import { signalNames } from './feedback-summary.ts'

const finite = v.pipe(v.number(), v.finite())
const edges = v.pipe(
  v.array(finite),
  v.minLength(2),
  v.maxLength(maxEdges),
  v.check(
    (list) => list.every((edge, index) => index === 0 || edge > list[index - 1]!),
    'the edges do not rise',
  ),
)

/** Edges of a feature's histograms: of what the app gives, and of what the pipeline makes of it. */
const histogramEdges = { edges: v.optional(edges), processedEdges: v.optional(edges) }

/** What is made of an input that is no column of a table. */
const derive = v.picklist(['brightness', 'contrast', 'length', 'mean', 'deviation'])

/** A feature of which is told how it is distributed. */
const MeasuredFeatureSchema = v.variant('kind', [
  /** A column of a table that is a number. */
  v.object({
    kind: v.literal('numeric'),
    name: LabelSchema,
    input: AuthorNameSchema,
    column: v.optional(AuthorNameSchema),
    ...histogramEdges,
  }),
  /** A column of a table that is a word. */
  v.object({
    kind: v.literal('category'),
    name: LabelSchema,
    input: AuthorNameSchema,
    column: v.optional(AuthorNameSchema),
    categories: v.optional(v.pipe(v.array(LabelSchema), v.maxLength(maxCategories))),
  }),
  /**
   * A number made of a whole input: of an image its mean luminance (0..1) or the deviation of that; of strings their length;
   * of a tensor the mean or the deviation of its numbers.
   */
  v.object({
    kind: v.literal('derived'),
    name: LabelSchema,
    input: AuthorNameSchema,
    derive,
    ...histogramEdges,
  }),
])

/** An output of which is told how it is distributed. `name` is that of its tensor. */
const MeasuredOutputSchema = v.variant('kind', [
  v.object({ kind: v.literal('classes'), name: LabelSchema }),
  v.object({ kind: v.literal('value'), name: LabelSchema, edges: v.optional(edges) }),
  /** Scores of items in a tensor of [samples, items]; `items` names them. */
  v.object({
    kind: v.literal('ranking'),
    name: LabelSchema,
    items: v.optional(v.pipe(v.array(LabelSchema), v.maxLength(maxCategories))),
  }),
  v.object({
    kind: v.literal('embedding'),
    name: LabelSchema,
    /** Of the random directions, which have to be the same on all devices. */
    seed: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(0xffff_ffff)),
    dimensions: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxProjections)),
  }),
])

/**
 * What devices tell of the version. Where the section is missing: the columns of its tables, brightness and contrast of its
 * images, lengths of its strings, and its readings. What features are called here, baselines and monitors call them too.
 */
export const TelemetrySectionSchema = v.object({
  features: v.optional(v.pipe(v.array(MeasuredFeatureSchema), v.maxLength(maxFeatures))),
  outputs: v.optional(v.pipe(v.array(MeasuredOutputSchema), v.maxLength(maxOutputs))),
  /** By what the app may divide the figures: each with the values that it may give; anything else counts as `other`. */
  slices: v.optional(
    v.pipe(
      v.array(
        v.object({
          name: SliceTextSchema,
          values: v.pipe(v.array(SliceTextSchema), v.minLength(1), v.maxLength(maxSliceValues)),
        }),
      ),
      v.maxLength(maxSlices),
    ),
  ),
  feedback: v.optional(
    v.object({
      /** Seconds after which an answer that nobody reacted to counts as a negative one; never when absent. */
      window: v.optional(v.pipe(finite, v.minValue(1), v.maxValue(maxFeedbackWindow))),
      /** Signals that count as positive: `click` and `completion` when absent. */
      positive: v.optional(v.pipe(v.array(v.picklist(signalNames)), v.maxLength(signalNames.length))),
      /** Least seconds of dwelling that count as positive, where `dwell` does. */
      dwell: v.optional(v.pipe(finite, v.minValue(0))),
    }),
  ),
  /** What an event may say, where the app opts in to events. */
  events: v.optional(
    v.object({
      fields: v.pipe(v.array(LabelSchema), v.minLength(1), v.maxLength(maxEventFields)),
      rate: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
      keep: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxEventHours)),
    }),
  ),
})

/** What devices tell of a version. */
export type TelemetrySection = v.InferOutput<typeof TelemetrySectionSchema>
export type MeasuredFeature = v.InferOutput<typeof MeasuredFeatureSchema>
export type MeasuredOutput = v.InferOutput<typeof MeasuredOutputSchema>

/**
 * What a manifest says of telemetry; empty where it says nothing. Apart from `parseManifest`, so that devices without
 * telemetry need not carry it.
 * @throws HomingError MANIFEST_INVALID
 */
export function readTelemetrySection({ telemetry = {} }: Pick<Manifest, 'telemetry'>): TelemetrySection {
  return parseWith(TelemetrySectionSchema, telemetry, 'MANIFEST_INVALID', 'The telemetry section')
}
