import { jensenShannon } from '../drift/jensen-shannon.ts'
import { labelShift } from '../drift/label-shift.ts'
import { shares, total } from '../hypothesis/counts.ts'
import { confusionFromWire } from '../sketches/confusion.ts'
import { compareCategories } from './compare-categories.ts'
import type { Comparison } from './comparison.ts'
import { categoryDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

/**
 * Whether outcomes are distributed as they were, before any label has come: by black-box estimation from what is said and how the
 * model errs in the baseline. Its p is that of what is said (Lipton, Wang and Smola, ICML 2018): where that did not change, neither
 * did the outcomes, if only they could have.
 */
export function estimatedLabelDrift(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  return Object.entries(current.outputs ?? {}).flatMap(([name, now]): Comparison[] => {
    const [known, before] = [own(baseline.figures.feedback, name), own(baseline.figures.outputs, name)]
    if (now.kind !== 'classes' || before?.kind !== 'classes' || own(current.feedback, name)) return []
    if (known?.kind !== 'labels' || !known.confusion) return []
    const { labels, counts } = confusionFromWire(known.confusion)
    const matrix = labels.map((_, row) => [...counts.slice(row * labels.length, (row + 1) * labels.length)])
    const said = labels.map((label) => Math.max(0, own(now.labels.counts, label) ?? 0))
    if (total(said) === 0 || total(matrix.flat()) === 0) return []
    const shift = labelShift(matrix, said)
    if (!shift) return [] // the model cannot tell its labels apart
    const { n, effective, answer } = compareCategories(
      policy,
      { counts: before.labels, design: categoryDesign(own(baseline.figures.spread?.labels, name)) },
      { counts: now.labels, design: categoryDesign(own(current.spread?.labels, name)) },
    )
    const truth = matrix.map(total)
    const effect = jensenShannon(truth, shift.shares)
    const common = {
      monitor: 'label drift',
      family: 'drift',
      subject: name,
      baseline: baseline.name,
      n,
      effective,
      measure: 'Jensen-Shannon distance of outcomes, estimated from what is said',
      threshold: policy.effects.distance,
    } as const
    if (typeof answer === 'string') return [{ ...common, answer }]
    const change = describe(labels, shares(truth), shift.shares)
    const evidence = Object.fromEntries(
      labels.map((label, at) => [`estimated share of ${label}`, shift.shares[at]!]),
    )
    return [{ ...common, answer: { p: answer.p ?? 1, effect, evidence, change } }]
  })
}

function describe(labels: readonly string[], before: readonly number[], now: readonly number[]): string {
  const gap = (at: number): number => Math.abs(now[at]! - before[at]!)
  const at = labels.reduce((best, _, index) => (gap(index) > gap(best) ? index : best), 0)
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`
  return `"${labels[at]!}" is estimated to be ${percent(now[at]!)} of them, ${percent(before[at]!)} before, if nothing but outcomes changed`
}
