import type { TelemetryGroup } from '@homing/protocol'

import { addedRecords, mergedRecords } from './added-records.ts'
import { mergeFeatureSummaries } from './merge-feature-summaries.ts'
import { mergeFeedbackSummaries, mergeRankings } from './merge-feedback-summaries.ts'
import { mergeOutputSummaries } from './merge-output-summaries.ts'
import { mergedQuantiles } from './merged-quantiles.ts'
import { mergedBoth, mergedCorrelation, mergedMoments } from './merged-sketches.ts'
import { present } from './present.ts'

type Field<Name extends keyof TelemetryGroup> = NonNullable<TelemetryGroup[Name]>

const sum = (a: number, b: number): number => a + b
const bothBytes = mergedBoth(sum)
const bothTasks = mergedBoth<Field<'longTasks'>>(addedRecords)
const bothProbes = mergedBoth<Field<'probes'>>(addedRecords)
const bothRankings = mergedBoth(mergeRankings)
const bothFeatures = mergedBoth<Field<'features'>>((a, b) =>
  present({
    raw: mergedRecords(a.raw, b.raw, mergeFeatureSummaries),
    processed: mergedRecords(a.processed, b.processed, mergeFeatureSummaries),
  }),
)

/**
 * What both tell, as they travel, of the same model, version, variant, backend and slice; the hour is that of `a`. A `first`
 * mark of either is kept: marks of several devices are counted before they are merged.
 * @throws HomingError CONFIG_INVALID or DATA_INVALID where what they tell cannot belong together.
 */
export function mergeGroups(a: TelemetryGroup, b: TelemetryGroup): TelemetryGroup {
  return present({
    hour: a.hour,
    model: a.model,
    version: a.version,
    variant: a.variant,
    backend: a.backend,
    slice: a.slice,
    first: a.first ?? b.first,
    counts: addedRecords(a.counts, b.counts),
    errors: mergedRecords(a.errors, b.errors, sum),
    latency: mergedQuantiles(a.latency, b.latency),
    queue: mergedQuantiles(a.queue, b.queue),
    load: mergedQuantiles(a.load, b.load),
    activation: mergedQuantiles(a.activation, b.activation),
    bytes: bothBytes(a.bytes, b.bytes),
    heap: mergedMoments(a.heap, b.heap),
    storage: mergedMoments(a.storage, b.storage),
    longTasks: bothTasks(a.longTasks, b.longTasks),
    probes: bothProbes(a.probes, b.probes),
    guards: mergedRecords(a.guards, b.guards, sum),
    pipeline: a.pipeline ?? b.pipeline,
    features: bothFeatures(a.features, b.features),
    outputs: mergedRecords(a.outputs, b.outputs, mergeOutputSummaries),
    feedback: mergedRecords(a.feedback, b.feedback, mergeFeedbackSummaries),
    ranking: bothRankings(a.ranking, b.ranking),
    goals: mergedRecords(a.goals, b.goals, addedRecords),
    correlation: mergedCorrelation(a.correlation, b.correlation),
    privacy: a.privacy ?? b.privacy,
  })
}
