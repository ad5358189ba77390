import { normalTail } from '../special/normal.ts'
import { type Comparison, tooFew } from './comparison.ts'
import { largestDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'

/**
 * Whether features still go together as they did: the largest change of Fisher's z over all pairs (Metron 1, 1921), its p times
 * their number.
 */
export function correlationComparisons(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  const [before, now] = [baseline.figures.correlation, current.correlation]
  if (!before || !now || before.features.join('\n') !== now.features.join('\n')) return []
  const [n, effective] = [now.count, now.count / largestDesign(current)]
  const few = tooFew(policy, n, effective, before.count)
  const [old, recent] = [pearsons(before), pearsons(now)]
  const error = Math.sqrt(1 / Math.max(1, before.count - 3) + 1 / Math.max(1, effective - 3))
  const changes = recent.map(({ i, j, r }, at) => {
    const was = old[at]!.r
    return {
      i,
      j,
      r,
      was,
      gap: Math.abs(r - was),
      p: 2 * normalTail(Math.abs(fisher(r) - fisher(was)) / error),
    }
  })
  const largest = changes.filter(({ gap }) => Number.isFinite(gap)).sort((a, b) => b.gap - a.gap)[0]
  if (!largest) return []
  const [first, second] = [now.features[largest.i]!, now.features[largest.j]!]
  const rounded = (r: number): string => r.toFixed(2)
  return [
    {
      monitor: 'correlation',
      family: 'quality',
      subject: `${first} and ${second}`,
      stage: 'raw',
      baseline: baseline.name,
      measure: "change of Pearson's r",
      threshold: policy.effects.correlation,
      n,
      effective,
      answer: few ?? {
        p: Math.min(1, largest.p * changes.length),
        effect: largest.gap,
        evidence: { r: largest.r, rBefore: largest.was },
        change: `their correlation is ${rounded(largest.r)}, ${rounded(largest.was)} before`,
      },
    },
  ]
}

interface Pair {
  readonly i: number
  readonly j: number
  readonly r: number
}

/** Pearson's r of each pair; NaN where one of them does not vary. */
function pearsons({ features, products }: NonNullable<MonitoredFigures['correlation']>): Pair[] {
  const size = features.length
  const at = (i: number, j: number): number => products[i * size - (i * (i - 1)) / 2 + j - i]!
  const pairs: Pair[] = []
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) pairs.push({ i, j, r: at(i, j) / Math.sqrt(at(i, i) * at(j, j)) })
  return pairs
}

const fisher = (r: number): number => Math.atanh(Math.min(1 - 1e-9, Math.max(-1 + 1e-9, r)))
