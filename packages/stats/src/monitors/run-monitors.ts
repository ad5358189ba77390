import { benjaminiHochberg, holm } from '../hypothesis/several-tests.ts'
import type { Comparison } from './comparison.ts'
import { correlationComparisons } from './correlations.ts'
import { driftVerdict } from './drift-verdict.ts'
import { estimatedLabelDrift } from './estimated-label-drift.ts'
import { estimatedPerformance } from './estimated-performance.ts'
import { featureDrift } from './feature-drift.ts'
import type { MonitorBaseline, WindowPart, MonitoredWindow } from './figures.ts'
import type { Finding } from './finding.ts'
import { labelDrift } from './label-drift.ts'
import { multivariateDrift } from './multivariate.ts'
import { operationalComparisons } from './operational.ts'
import { performanceComparisons } from './performance.ts'
import { type MonitorPolicy, monitorPolicy, type PartialPolicy } from './policy.ts'
import { predictionDrift } from './prediction-drift.ts'
import { qualityComparisons } from './quality.ts'
import { rankParts } from './rank-parts.ts'
import { severityOf, writeReading } from './readings.ts'
import { slowDrift } from './slow-drift.ts'
import { versionSpread } from './version-spread.ts'

const comparisons = [
  operationalComparisons,
  qualityComparisons,
  correlationComparisons,
  featureDrift,
  predictionDrift,
  labelDrift,
  estimatedLabelDrift,
  performanceComparisons,
  estimatedPerformance,
] as const

/**
 * Everything that the monitors of a model say of a window, against each baseline. An alarm needs both: a p that survives the
 * correction for every comparison of the run, and an effect that matters. So the chance that a run in which nothing changed
 * raises any alarm at all is at most `policy.alpha` (with `holm`); slow drift, which is judged over many runs, adds one false
 * alarm in `1 / alpha` runs on average and baseline.
 * @throws HomingError CONFIG_INVALID for an impossible policy, DATA_INVALID for figures that no rollup can have.
 */
export function runMonitors(
  policy: PartialPolicy,
  baselines: readonly MonitorBaseline[],
  window: MonitoredWindow,
): readonly Finding[] {
  const whole = monitorPolicy(policy)
  const all = baselines.flatMap((baseline) => [
    ...comparisons.flatMap((compare) => compare(whole, baseline, window.figures)),
    ...multivariateDrift(whole, baseline, window),
  ])
  const judged = judge(whole, [...versionSpread(whole, window), ...all], window.parts ?? [])
  const slow = baselines.flatMap((baseline) => slowDrift(whole, baseline, window))
  const verdicts = baselines.map(({ name }) =>
    driftVerdict(
      whole,
      name,
      judged.filter(({ baseline }) => baseline === name),
    ),
  )
  return [...judged, ...slow, ...verdicts]
}

function judge(policy: MonitorPolicy, all: readonly Comparison[], parts: readonly WindowPart[]): Finding[] {
  const correct = policy.correction === 'holm' ? holm : benjaminiHochberg
  const tested = all.flatMap(({ answer }, at) =>
    typeof answer !== 'string' && answer.p !== undefined ? [{ at, p: answer.p }] : [],
  )
  const corrected = correct(tested.map(({ p }) => p))
  const adjusted = new Map(tested.map(({ at }, rank) => [at, corrected[rank]!]))
  return all.map((comparison, at) => finding(policy, comparison, adjusted.get(at), parts))
}

function finding(
  policy: MonitorPolicy,
  { answer, pull, ...comparison }: Comparison,
  adjusted: number | undefined,
  parts: readonly WindowPart[],
): Finding {
  const state =
    typeof answer === 'string'
      ? 'not enough data'
      : answer.effect >= comparison.threshold && (adjusted ?? 0) <= policy.alpha
        ? 'alarm'
        : 'quiet'
  const reading = writeReading(comparison, state, answer)
  const ranked = state === 'alarm' && pull ? rankParts(parts, pull) : []
  if (typeof answer === 'string')
    return { ...comparison, state, severity: 'info', evidence: {}, ranked, reading }
  const { effect, evidence, p, resolution } = answer
  return {
    ...comparison,
    state,
    severity: severityOf(comparison, state, effect),
    effect,
    ...(p !== undefined && { p }),
    ...(adjusted !== undefined && { adjusted }),
    ...(resolution !== undefined && { resolution }),
    evidence,
    ranked,
    reading,
  }
}
