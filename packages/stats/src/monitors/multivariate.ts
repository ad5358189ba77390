import { domainDrift } from '../drift/domain-classifier.ts'
import { type Comparison, tooFew } from './comparison.ts'
import { largestDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredWindow } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'

/** How many features a domain classifier names. */
const named = 5

/**
 * Whether a classifier tells the window's rows from the baseline's, where events are opted in. Rows of one device cannot be told
 * apart, so every design-effect-th row alone is looked at.
 */
export function multivariateDrift(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  window: MonitoredWindow,
): Comparison[] {
  const { rows, columns } = window
  if (!rows || !columns || !baseline.rows) return []
  const step = Math.ceil(largestDesign(window.figures))
  const thinned = rows.filter((_, index) => index % step === 0)
  const common = {
    monitor: 'multivariate drift',
    family: 'drift',
    baseline: baseline.name,
    n: rows.length,
    effective: thinned.length,
    measure: 'AUC of a domain classifier above 0.5',
    threshold: policy.effects.separation,
  } as const
  const few = tooFew(policy, rows.length, thinned.length, baseline.rows.length)
  if (few !== undefined) return [{ ...common, answer: few }]
  const { auc, p, features } = domainDrift(columns, baseline.rows, thinned)
  const leading = features.slice(0, named)
  const change = `a classifier tells them from the baseline with AUC ${auc.toFixed(2)}, by ${leading.map(({ name }) => name).join(', ')}`
  const evidence = {
    auc,
    ...Object.fromEntries(leading.map(({ name, share }) => [`share of ${name}`, share])),
  }
  return [{ ...common, answer: { p, effect: auc - 0.5, evidence, change } }]
}
