import * as v from 'valibot'

import { ModelNameSchema, Sha256Schema } from '../names.ts'
import { PrecisionSchema } from '../variants.ts'
import { VersionSchema } from '../version.ts'
import { maxCorrelated, maxEntries, maxFeatures, maxOutputs, maxSlices } from './config.ts'
import { FeatureSummarySchema } from './feature-summary.ts'
import { FeedbackSummarySchema, RankingFeedbackSchema } from './feedback-summary.ts'
import {
  bounded,
  CountSchema,
  FigureSchema,
  HourSchema,
  LabelSchema,
  NoisyCountSchema,
  SliceTextSchema,
  SumSchema,
} from './figures.ts'
import { OutputSummarySchema } from './output-summary.ts'
import { MomentsSchema, ProductsSchema, QuantileSketchSchema, ValueSchema } from './sketches.ts'

/**
 * What is counted of a model in an hour. `predictions`: samples that were asked for; `calls`: calls that brought them;
 * `abstained`, `fallbacks`, `marked`: what guards made of them; `actions`: what the app did on them; `cacheHits`, `lookups`:
 * answered without a run; `aborted`: given up by the caller; `backendFallbacks`: backends that were tried in vain before one
 * served; `restarts`: workers that were lost.
 */
export const countNames = [
  'predictions',
  'calls',
  'abstained',
  'fallbacks',
  'marked',
  'actions',
  'cacheHits',
  'lookups',
  'aborted',
  'loads',
  'loadFailures',
  'activations',
  'rollbacks',
  'backendFallbacks',
  'restarts',
] as const

/** Backends that a group can be of; `none`: before one served. */
export const telemetryBackends = ['webgpu', 'webgl', 'wasm', 'webnn', 'cpu', 'remote', 'none'] as const

const ErrorCodeTextSchema = v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]{1,63}$/, 'not an error code'))

/** Sums of products, from which covariances follow. */
export const CorrelationSchema = v.pipe(
  v.strictObject({
    features: v.pipe(v.array(LabelSchema), v.minLength(2), v.maxLength(maxCorrelated)),
    /** Samples in which all of them were numbers. */
    count: CountSchema,
    means: v.pipe(v.array(ValueSchema), v.maxLength(maxCorrelated)),
    /** Upper triangle of the sums of products of deviations from the means, row by row, with its diagonal. */
    products: v.pipe(v.array(ProductsSchema), v.maxLength((maxCorrelated * (maxCorrelated + 1)) / 2)),
  }),
  v.check(({ features, means, products }) => {
    const n = features.length
    return means.length === n && products.length === (n * (n + 1)) / 2
  }, 'not a mean for each feature and a product for each two of them'),
  v.check(({ features, products }) => {
    // Its diagonal holds sums of squares.
    let place = 0
    return features.every((_, row) => {
      const square = products[place]!
      place += features.length - row
      return square >= 0
    })
  }, 'a feature with a negative spread'),
)

/** Local differential privacy, where it was on: what the server needs to read the figures. */
const PrivacySchema = v.strictObject({
  /** Of each label, category and bin: it is kept with probability e^epsilon / (e^epsilon + k - 1), k being their number. */
  epsilon: v.pipe(v.number(), v.gtValue(0), v.maxValue(32)),
})

/** What one device saw of one model, version, variant and backend in one hour, in one slice. */
export const TelemetryGroupSchema = v.pipe(
  v.strictObject({
    hour: HourSchema,
    model: ModelNameSchema,
    version: VersionSchema,
    variant: PrecisionSchema,
    backend: v.picklist(telemetryBackends),
    /** Values that the app declared; `other` where there were more. */
    slice: v.optional(bounded(SliceTextSchema, SliceTextSchema, maxSlices)),
    /** The first of a UTC day from this device for app, model and version. */
    first: v.optional(v.literal(1)),
    counts: v.strictObject(v.entriesFromList(countNames, v.optional(NoisyCountSchema))),
    errors: v.optional(bounded(ErrorCodeTextSchema, CountSchema, maxEntries)),
    /** Milliseconds. */
    latency: v.optional(QuantileSketchSchema),
    queue: v.optional(QuantileSketchSchema),
    load: v.optional(QuantileSketchSchema),
    activation: v.optional(QuantileSketchSchema),
    /** Bytes that were fetched for the version. */
    bytes: v.optional(SumSchema),
    /** MiB of WebAssembly heaps, and of what is stored. */
    heap: v.optional(MomentsSchema),
    storage: v.optional(MomentsSchema),
    /** Tasks of the page's thread beyond 50 ms while calls were under way, and their milliseconds. */
    longTasks: v.optional(v.strictObject({ n: CountSchema, sum: SumSchema })),
    probes: v.optional(v.strictObject({ passed: CountSchema, failed: CountSchema })),
    /** Samples that did not keep a guard, by its path in the manifest. */
    guards: v.optional(bounded(SliceTextSchema, CountSchema, maxEntries)),
    /** Of the pipeline through which the features went. */
    pipeline: v.optional(Sha256Schema),
    features: v.optional(
      v.strictObject({
        /** As the app gave them, and as the model got them. */
        raw: v.optional(bounded(LabelSchema, FeatureSummarySchema, maxFeatures)),
        processed: v.optional(bounded(LabelSchema, FeatureSummarySchema, maxFeatures)),
      }),
    ),
    outputs: v.optional(bounded(LabelSchema, OutputSummarySchema, maxOutputs)),
    feedback: v.optional(bounded(LabelSchema, FeedbackSummarySchema, maxOutputs)),
    ranking: v.optional(RankingFeedbackSchema),
    goals: v.optional(
      bounded(
        SliceTextSchema,
        v.strictObject({ n: CountSchema, sum: FigureSchema, squares: SumSchema }),
        maxEntries,
      ),
    ),
    correlation: v.optional(CorrelationSchema),
    privacy: v.optional(PrivacySchema),
  }),
  v.check(
    ({ counts, privacy }) =>
      privacy !== undefined || Object.values(counts).every((count) => count === undefined || count >= 0),
    'a count is negative, and no noise was added to it',
  ),
)

/** What one device saw of one model, version, variant and backend in one hour, in one slice. */
export type TelemetryGroup = v.InferOutput<typeof TelemetryGroupSchema>
export type CountName = (typeof countNames)[number]
export type TelemetryBackend = (typeof telemetryBackends)[number]
export type Correlation = v.InferOutput<typeof CorrelationSchema>
