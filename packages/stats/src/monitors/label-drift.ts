import type { CategoriesWire, FeedbackSummary } from '@homing/protocol'

import { welchTest } from '../hypothesis/welch.ts'
import { confusionFromWire } from '../sketches/confusion.ts'
import { compareCategories } from './compare-categories.ts'
import { type Comparison, tooFew } from './comparison.ts'
import { largestDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

/** Whether the outcomes themselves are distributed as they were, by the labels that came as feedback. */
export function labelDrift(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  const design = largestDesign(current)
  return Object.entries(current.feedback ?? {}).flatMap(([name, now]): Comparison[] => {
    const before = own(baseline.figures.feedback, name)
    const common = {
      monitor: 'label drift',
      family: 'drift',
      subject: name,
      baseline: baseline.name,
    } as const
    if (before?.kind === 'labels' && now.kind === 'labels') {
      const [old, recent] = [truthOf(before), truthOf(now)]
      if (!old || !recent) return []
      const { pull: _pull, ...compared } = compareCategories(
        policy,
        { counts: old, design: 1 },
        { counts: recent, design },
      )
      return [
        { ...common, measure: 'Jensen-Shannon distance', threshold: policy.effects.distance, ...compared },
      ]
    }
    if (before?.kind !== 'values' || now.kind !== 'values' || !before.errors || !now.errors) return []
    return [{ ...common, ...means(policy, before.errors.truth, now.errors.truth, design) }]
  })
}

function truthOf({ confusion }: Extract<FeedbackSummary, { kind: 'labels' }>): CategoriesWire | undefined {
  if (!confusion) return undefined
  const { labels, counts } = confusionFromWire(confusion)
  const rows = labels.map((label, row): [string, number] => [
    label,
    counts.slice(row * labels.length, (row + 1) * labels.length).reduce((sum, count) => sum + count, 0),
  ])
  return { counts: Object.fromEntries(rows) }
}

interface Moments {
  readonly count: number
  readonly mean: number
  readonly m2: number
}

function means(policy: MonitorPolicy, before: Moments, now: Moments, design: number) {
  const [n, effective] = [now.count, now.count / design]
  const shape = {
    n,
    effective,
    measure: 'shift of the mean, in standard deviations',
    threshold: policy.effects.deviations,
  }
  const few = tooFew(policy, n, effective, before.count)
  if (few !== undefined) return { ...shape, answer: few }
  const { p, d } = welchTest(sumsOf(before, 1), sumsOf(now, design))
  const change = `the mean outcome is ${now.mean.toPrecision(3)}, ${before.mean.toPrecision(3)} before`
  const effect = Number.isNaN(d) ? 0 : Math.min(Math.abs(d), Number.MAX_VALUE)
  return { ...shape, answer: { p, effect, evidence: { mean: now.mean, meanBefore: before.mean }, change } }
}

function sumsOf({ count, mean, m2 }: Moments, design: number): { n: number; sum: number; squares: number } {
  const n = count / design
  return { n, sum: n * mean, squares: m2 / design + n * mean * mean }
}
