import type { MomentsWire } from '@homing/protocol'

import { cusumAlarm, emptyCusum, stepCusum } from '../sequential/cusum.ts'
import { normalQuantile } from '../special/normal.ts'
import { numericDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures, MonitoredWindow } from './figures.ts'
import type { Finding } from './finding.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

/** Shift of a window's mean that is to be found soonest, in standard errors of a window's mean. */
const shift = 0.5

/** Windows after which a run of them can tell anything. */
const leastWindows = 4

/**
 * Drift too slow for any one window to show: cumulative sums of the windows' means, oldest window first. Between false alarms lie at
 * least 1/alpha windows on average, over all features together; the mean of the baseline, which is only estimated, is given the
 * benefit of the doubt.
 */
export function slowDrift(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  { history, figures }: MonitoredWindow,
): Finding[] {
  if (!history?.length) return []
  const windows = [...history, figures]
  const names = Object.keys(figures.features?.raw ?? {}).filter((name) => momentsOf(baseline.figures, name))
  return names.map((name) => judge(policy, baseline, windows, name, names.length))
}

function judge(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  windows: readonly MonitoredFigures[],
  name: string,
  features: number,
): Finding {
  const before = momentsOf(baseline.figures, name)!
  const variance = before.m2 / (before.count - 1)
  const designBefore = numericDesign(own(baseline.figures.spread?.raw, name), before)
  const doubt =
    -normalQuantile(policy.alpha / (2 * features)) * Math.sqrt((variance * designBefore) / before.count)
  const runLength = features / policy.alpha
  let [state, n, effective, last] = [emptyCusum(), 0, 0, before.mean]
  for (const figures of windows) {
    const moments = momentsOf(figures, name)
    if (!moments) continue
    const design = numericDesign(own(figures.spread?.raw, name), moments)
    const error = Math.sqrt((Math.max(variance, moments.m2 / (moments.count - 1)) * design) / moments.count)
    n += moments.count
    effective += moments.count / design
    last = moments.mean
    if (error > 0)
      state = stepCusum(state, (moments.mean - before.mean) / error, {
        shift,
        runLength,
        allowance: doubt / error,
      })
  }
  const side = cusumAlarm(state, { shift, runLength })
  const enough = state.observed >= leastWindows
  const threshold = Math.log(2 * runLength)
  return {
    monitor: 'slow drift',
    family: 'drift',
    subject: name,
    stage: 'raw',
    baseline: baseline.name,
    state: !enough ? 'not enough data' : side ? 'alarm' : 'quiet',
    severity: enough && side ? 'warning' : 'info',
    n,
    effective,
    measure: 'logarithm of the evidence that the mean has moved',
    effect: Math.max(state.up, state.down),
    threshold,
    evidence: { windows: state.observed, mean: last, meanBefore: before.mean },
    ranked: [],
    reading: !enough
      ? `Slow drift of "${name}" against ${baseline.name}: ${state.observed} of at least ${leastWindows} windows have come.`
      : side
        ? `"${name}" has slowly moved ${side} over ${state.observed} windows against ${baseline.name}. Each window alone may look fine; look at the source, and retrain before it matters.`
        : `"${name}" has not slowly moved against ${baseline.name}.`,
  }
}

function momentsOf({ features }: MonitoredFigures, name: string): MomentsWire | undefined {
  const summary = own(features?.raw, name)
  return summary?.kind === 'numeric' && summary.moments && summary.moments.count > 1
    ? summary.moments
    : undefined
}
