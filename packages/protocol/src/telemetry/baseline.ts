import * as v from 'valibot'

import { HomingError } from '../homing-error.ts'
import type { Manifest } from '../manifest.ts'
import { AuthorNameSchema, ModelNameSchema, Sha256Schema } from '../names.ts'
import { parseJsonBytes, parseWith } from '../parse.ts'
import { VersionSchema } from '../version.ts'
import { maxFeatures, maxOutputs } from './config.ts'
import { FeatureSummarySchema } from './feature-summary.ts'
import { FeedbackSummarySchema } from './feedback-summary.ts'
import { bounded, CountSchema, LabelSchema } from './figures.ts'
import { OutputSummarySchema } from './output-summary.ts'
import { CorrelationSchema } from './telemetry-group.ts'

/** Version of the file; apart from that of batches, which devices send and no publisher writes. */
const baselineFormat = 1

/**
 * What the data that a version was made with looks like, in the words of a `TelemetryGroup`: what devices report is held
 * against it. Its histograms are over the edges that the manifest's telemetry section declares.
 */
export const BaselineSchema = v.strictObject({
  format: v.literal(baselineFormat),
  model: ModelNameSchema,
  version: VersionSchema,
  /** How many samples were measured. */
  samples: CountSchema,
  /** Of the pipeline through which the features went. */
  pipeline: v.optional(Sha256Schema),
  features: v.strictObject({
    raw: v.optional(bounded(LabelSchema, FeatureSummarySchema, maxFeatures)),
    processed: v.optional(bounded(LabelSchema, FeatureSummarySchema, maxFeatures)),
  }),
  outputs: v.optional(bounded(LabelSchema, OutputSummarySchema, maxOutputs)),
  correlation: v.optional(CorrelationSchema),
  /** Where the data are labelled: what the version said against what was true, by output. */
  evaluation: v.optional(
    v.strictObject({
      /** Of the samples that were not trained on, where the publisher gave such. */
      samples: CountSchema,
      feedback: bounded(LabelSchema, FeedbackSummarySchema, maxOutputs),
      /** Such as accuracy, log loss, mae, rmse and r2: of the first output. */
      metrics: v.record(AuthorNameSchema, v.pipe(v.number(), v.finite())),
    }),
  ),
})

/** What the data that a version was made with looks like. */
export type Baseline = v.InferOutput<typeof BaselineSchema>

/**
 * The baseline of a version, in the file that its manifest names. A federated version repeats that of its base.
 * @throws HomingError DATA_INVALID, also where it is of another version.
 */
export function parseBaseline(
  bytes: Uint8Array,
  { model, version, base = version }: Pick<Manifest, 'model' | 'version' | 'base'>,
): Baseline {
  const what = `The baseline of ${model} ${version}`
  const json = parseJsonBytes(bytes, 'DATA_INVALID', what)
  const baseline = parseWith(BaselineSchema, json, 'DATA_INVALID', what)
  if (baseline.model !== model || baseline.version !== base)
    throw new HomingError('DATA_INVALID', `${what} is that of ${baseline.model} ${baseline.version}`)
  return baseline
}
