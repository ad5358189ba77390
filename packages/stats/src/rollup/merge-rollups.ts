import { mergeSpread } from '../hypothesis/design-effect.ts'
import { addedRecords } from '../summaries/added-records.ts'
import { mergeFeatureSummaries } from '../summaries/merge-feature-summaries.ts'
import { mergeFeedbackSummaries, mergeRankings } from '../summaries/merge-feedback-summaries.ts'
import { mergeOutputSummaries } from '../summaries/merge-output-summaries.ts'
import { mergedQuantiles } from '../summaries/merged-quantiles.ts'
import { mergedCorrelation, mergedMoments } from '../summaries/merged-sketches.ts'
import { maxRollupEntries, maxRollupFeatures, maxRollupLabels } from './config.ts'
import { entries, fields, optional, sum, tolerant, uncounted } from './merging.ts'
import type { LabelSpread, RollupBody } from './rollup-body.ts'

const counted = optional(entries(sum, maxRollupEntries))
const features = optional(entries(mergeFeatureSummaries, maxRollupFeatures))
const spreads = optional(entries(mergeSpread, maxRollupFeatures))
const labelSpreads = optional(
  entries(
    fields<LabelSpread>({
      batches: sum,
      n: sum,
      nn: sum,
      labels: entries((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], maxRollupLabels),
    }),
    maxRollupFeatures,
  ),
)

const mergeBodies = fields<RollupBody>({
  counts: addedRecords,
  errors: counted,
  latency: mergedQuantiles,
  queue: mergedQuantiles,
  load: mergedQuantiles,
  activation: mergedQuantiles,
  bytes: optional(sum),
  heap: mergedMoments,
  storage: mergedMoments,
  longTasks: optional<{ n: number; sum: number }>(addedRecords),
  probes: optional<{ passed: number; failed: number }>(addedRecords),
  guards: counted,
  pipelines: counted,
  features: optional(fields<NonNullable<RollupBody['features']>>({ raw: features, processed: features })),
  outputs: optional(entries(mergeOutputSummaries, maxRollupFeatures)),
  feedback: optional(entries(mergeFeedbackSummaries, maxRollupFeatures)),
  ranking: optional(mergeRankings),
  goals: optional(entries<{ n: number; sum: number; squares: number }>(addedRecords, maxRollupEntries)),
  correlation: optional(
    tolerant((a, b) => (a.products.length === b.products.length ? mergedCorrelation(a, b)! : a)),
  ),
  privacy: (a, b) => a ?? b,
  spread: uncounted(
    fields<RollupBody['spread']>({
      errors: mergeSpread,
      raw: spreads,
      processed: spreads,
      outputs: spreads,
      categories: labelSpreads,
      labels: labelSpreads,
    }),
  ),
  unmerged: optional(sum),
})

/**
 * Rollups of both, neither of which is changed. In any order and grouping the counts, bins and sums are the same; of names
 * beyond a bound, and of summaries that do not go together, those that came first stay, and `unmerged` counts the others.
 */
export function mergeRollups(a: RollupBody, b: RollupBody): RollupBody {
  const left = { count: 0 }
  const merged = mergeBodies(a, b, left)
  return left.count === 0 ? merged : { ...merged, unmerged: (merged.unmerged ?? 0) + left.count }
}
