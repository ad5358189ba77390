import { total } from '../hypothesis/counts.ts'
import { ksOnEdges } from '../hypothesis/kolmogorov-smirnov.ts'
import { quantileOf, sharedBuckets } from '../sketches/quantile-readings.ts'
import { quantileSketchFromWire } from '../sketches/quantile-sketch.ts'
import { type Comparison, timesAsMuch, tooFew } from './comparison.ts'
import { compareRates, type Rate } from './compare-rates.ts'
import { errorDesign, largestDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorName } from './finding.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

const count = (figures: MonitoredFigures, name: string): number => Math.max(0, own(figures.counts, name) ?? 0)

const errorsOf = ({ errors = {} }: MonitoredFigures): number => total(Object.values(errors))

/** What may happen to a call or a load, and how often it could have. */
const rates: readonly (readonly [monitor: MonitorName, rate: (figures: MonitoredFigures) => Rate])[] = [
  [
    'errors',
    (figures) => ({
      events: errorsOf(figures),
      of: count(figures, 'predictions'),
      design: errorDesign(figures.spread?.errors),
    }),
  ],
  ['load failures', (figures) => ({ events: count(figures, 'loadFailures'), of: count(figures, 'loads') })],
  [
    'fallbacks',
    (figures) => ({ events: count(figures, 'backendFallbacks'), of: count(figures, 'activations') }),
  ],
  [
    'abstentions',
    (figures) => ({
      events: count(figures, 'abstained'),
      of: count(figures, 'predictions'),
      design: largestDesign(figures),
    }),
  ],
]

/** Whether the model runs as it did: errors, loads, fallbacks, latency, volume. */
export function operationalComparisons(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  const compared = rates.flatMap(([monitor, rateOf]): Comparison[] => {
    const [before, now] = [rateOf(baseline.figures), rateOf(current)]
    if (before.of === 0 || now.events === 0) return [] // the baseline is no operation, or nothing happened
    return [
      {
        monitor,
        family: 'operational',
        baseline: baseline.name,
        measure: 'rise of the rate',
        threshold: policy.effects.failures,
        ...compareRates(policy, before, now),
        pull: (part) => rateOf(part).events - (before.events / before.of) * rateOf(part).of,
      },
    ]
  })
  return [...compared, ...latency(policy, baseline, current), ...volume(policy, baseline, current)]
}

function latency(policy: MonitorPolicy, baseline: MonitorBaseline, current: MonitoredFigures): Comparison[] {
  if (!baseline.figures.latency || !current.latency) return []
  const [before, now] = [baseline.figures.latency, current.latency].map(quantileSketchFromWire) as [
    ReturnType<typeof quantileSketchFromWire>,
    ReturnType<typeof quantileSketchFromWire>,
  ]
  const { a, b } = sharedBuckets(before, now)
  const [m, n] = [total(a), total(b)]
  // Calls of a device are about as quick as each other: each batch counts once where it is known how many there are.
  const batchesOf = (figures: MonitoredFigures, calls: number): number =>
    Math.min(calls, figures.spread?.errors?.batches ?? calls)
  const [effectiveM, effective] = [batchesOf(baseline.figures, m), batchesOf(current, n)]
  const few = tooFew(policy, n, effective, m)
  const quantiles = (sketch: typeof now) => ({
    p50: quantileOf(sketch, 0.5),
    p95: quantileOf(sketch, 0.95),
    p99: quantileOf(sketch, 0.99),
  })
  const [old, recent] = [quantiles(before), quantiles(now)]
  const rise = Math.max(timesAsMuch(recent.p50, old.p50), timesAsMuch(recent.p95, old.p95)) - 1
  const evidence = { ...recent, p50Before: old.p50, p95Before: old.p95, p99Before: old.p99 }
  const ms = (value: number): string => `${Number(value.toPrecision(3))} ms`
  const change = `p50 is ${ms(recent.p50)} (${ms(old.p50)} before), p95 ${ms(recent.p95)} (${ms(old.p95)} before)`
  const p = few === undefined ? ksOnEdges(a, b, [effectiveM, effective]).p : 1
  return [
    {
      monitor: 'latency',
      family: 'operational',
      baseline: baseline.name,
      measure: 'rise of p50 or p95, as a share',
      threshold: policy.effects.latency,
      n,
      effective,
      answer: few ?? { p: rise > 0 ? p : 1, effect: Math.max(0, rise), evidence, change },
      pull: (part) => {
        const sketch = sharedBuckets(quantileSketchFromWire(part.latency), quantileSketchFromWire())
        const slow = sketch.a.filter((_, at) => sketch.edges[at]! > old.p95)
        return total(slow) - 0.05 * total(sketch.a)
      },
    },
  ]
}

/** Predictions per hour have their own tides: a factor decides, and no p. */
function volume(policy: MonitorPolicy, baseline: MonitorBaseline, current: MonitoredFigures): Comparison[] {
  const [hours, hoursBefore] = [current.hours ?? 0, baseline.figures.hours ?? 0]
  const [n, m] = [count(current, 'predictions'), count(baseline.figures, 'predictions')]
  if (!(hours > 0 && hoursBefore > 0 && m >= policy.leastSamples)) return []
  const [now, before] = [n / hours, m / hoursBefore]
  const effect = Math.max(timesAsMuch(now, before), timesAsMuch(before, now))
  const change = `${Number(now.toPrecision(3))} predictions come in an hour, ${Number(before.toPrecision(3))} before`
  return [
    {
      monitor: 'volume',
      family: 'operational',
      baseline: baseline.name,
      measure: 'factor up or down',
      threshold: policy.effects.volume,
      n,
      effective: n,
      answer: {
        effect,
        evidence: { perHour: now, perHourBefore: before },
        change,
      },
    },
  ]
}
