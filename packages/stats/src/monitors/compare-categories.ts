import type { CategoriesWire } from '@homing/protocol'

import { jensenShannon } from '../drift/jensen-shannon.ts'
import { populationStability } from '../drift/population-stability.ts'
import { contingencyTest } from '../hypothesis/chi-squared.ts'
import { shares, total } from '../hypothesis/counts.ts'
import { type Measured, tooFew } from './comparison.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

/** Both sides of a comparison of categories. */
export interface ComparedCategories {
  readonly n: number
  readonly effective: number
  readonly answer: Measured | string
  /** How far the categories of a part pull towards the change. */
  readonly pull?: (part: CategoriesWire) => number
}

/** What two samples of categories say, by the chi-squared test of homogeneity on effective counts. */
export function compareCategories(
  policy: MonitorPolicy,
  baseline: { readonly counts: CategoriesWire; readonly design: number },
  current: { readonly counts: CategoriesWire; readonly design: number },
): ComparedCategories {
  const names = [
    ...new Set([...Object.keys(baseline.counts.counts), ...Object.keys(current.counts.counts)]),
  ].sort()
  const aligned = ({ counts, other = 0 }: CategoriesWire): number[] => [
    ...names.map((name) => Math.max(0, own(counts, name) ?? 0)), // privacy's noise may take a count below 0
    other,
  ]
  const [a, b] = [aligned(baseline.counts), aligned(current.counts)]
  const [m, n] = [total(a), total(b)]
  const effective = n / current.design
  const few = tooFew(policy, n, effective, m)
  if (few !== undefined) return { n, effective, answer: few }
  const scaled = [a.map((count) => count / baseline.design), b.map((count) => count / current.design)]
  const { p, statistic, df } = contingencyTest(scaled)
  const [before, now] = [shares(a), shares(b)]
  const gaps = now.map((share, at) => share - before[at]!)
  const at = gaps.reduce((best, gap, index) => (Math.abs(gap) > Math.abs(gaps[best]!) ? index : best), 0)
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`
  const name = names[at] ?? 'other'
  return {
    n,
    effective,
    answer: {
      p,
      effect: jensenShannon(a, b),
      evidence: { chiSquared: statistic, df, populationStability: populationStability(a, b), category: name },
      change: `"${name}" is ${percent(now[at]!)} of them, ${percent(before[at]!)} before`,
    },
    pull: (part) => {
      const counts = aligned(part)
      const size = total(counts)
      return counts.reduce(
        (sum, count, index) => sum + Math.sign(gaps[index]!) * (count - before[index]! * size),
        0,
      )
    },
  }
}
