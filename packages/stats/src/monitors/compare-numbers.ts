import type { MomentsWire, QuantileSketchWire } from '@homing/protocol'

import { jensenShannon } from '../drift/jensen-shannon.ts'
import { populationStability } from '../drift/population-stability.ts'
import { total } from '../hypothesis/counts.ts'
import { ksOnEdges } from '../hypothesis/kolmogorov-smirnov.ts'
import { quantileOf, type SharedBuckets, sharedBuckets } from '../sketches/quantile-readings.ts'
import { emptyQuantileSketch, quantileSketchFromWire } from '../sketches/quantile-sketch.ts'
import { type Measured, tooFew } from './comparison.ts'
import type { MonitorPolicy } from './policy.ts'

/** Buckets of about equal share in the baseline by which PSI and Jensen-Shannon are told. */
const coarseBuckets = 10

/** A distribution of numbers as it is told: over declared edges, by a quantile sketch, or both. */
export interface Numbers {
  readonly moments?: MomentsWire | undefined
  readonly quantiles?: QuantileSketchWire | undefined
  readonly histogram?: readonly number[] | undefined
}

/** Both sides of a comparison of distributions. */
export interface Compared {
  readonly n: number
  readonly effective: number
  readonly answer: Measured | string
  /** How far the numbers of a part pull towards the change. */
  readonly pull?: (part: Numbers) => number
}

/** What two samples of numbers say, by Kolmogorov and Smirnov's test on their shared buckets. */
export function compareNumbers(
  policy: MonitorPolicy,
  baseline: Numbers & { readonly design: number },
  current: Numbers & { readonly design: number },
): Compared {
  const { edges, a, b } = buckets(baseline, current)
  const [m, n] = [total(a), total(b)]
  const [effectiveM, effective] = [m / baseline.design, n / current.design]
  const few = tooFew(policy, n, effective, m)
  if (few !== undefined) return { n, effective, answer: few }
  const { distance, p, resolution } = ksOnEdges(a, b, [effectiveM, effective])
  const at = farthest(a, b)
  const coarse = coarsen(a, b)
  const [before, now] = [share(a, at), share(b, at)]
  const edge = edges?.[at] ?? valueAt(baseline, before)
  const evidence = {
    jensenShannon: jensenShannon(coarse.a, coarse.b),
    populationStability: populationStability(coarse.a, coarse.b),
    ...(edge === undefined ? { bin: at } : { edge }),
    shareBelowBefore: before,
    shareBelow: now,
    ...(baseline.moments &&
      current.moments && { meanBefore: baseline.moments.mean, mean: current.moments.mean }),
  }
  const percent = (value: number): string => `${(100 * value).toFixed(0)}%`
  const where =
    edge === undefined
      ? `in the lowest ${at + 1} of ${a.length} bins`
      : `at or below ${Number(edge.toPrecision(3))}`
  const change = `${percent(now)} of the values lie ${where}, ${percent(before)} before`
  const towards = now >= before ? 1 : -1
  return {
    n,
    effective,
    answer: { p, effect: distance, resolution, evidence, change },
    pull: (part) => {
      const { below, count } = edges ? countUpTo(part, edges[at]!) : countOfBins(part, at)
      return towards * (below - before * count)
    },
  }
}

/** Counts in the same buckets, lowest first, with their upper edges; those of a declared histogram are in the manifest alone. */
function buckets(a: Numbers, b: Numbers): Pick<SharedBuckets, 'a' | 'b'> & { edges?: readonly number[] } {
  if (a.histogram && b.histogram && a.histogram.length === b.histogram.length)
    return { a: a.histogram, b: b.histogram }
  return sharedBuckets(quantileSketchFromWire(a.quantiles), quantileSketchFromWire(b.quantiles))
}

/** The value up to which a share of the numbers lies; undefined where they are told by bins alone. */
function valueAt({ quantiles }: Numbers, share: number): number | undefined {
  const value = quantileOf(quantileSketchFromWire(quantiles), Math.min(1, share))
  return Number.isNaN(value) ? undefined : value
}

function farthest(a: readonly number[], b: readonly number[]): number {
  const [m, n] = [total(a), total(b)]
  let [gap, most, at] = [0, -1, 0]
  for (const [index, count] of a.entries()) {
    gap += count / m - b[index]! / n
    if (Math.abs(gap) <= most) continue
    most = Math.abs(gap)
    at = index
  }
  return at
}

const share = (counts: readonly number[], at: number): number =>
  total(counts.slice(0, at + 1)) / total(counts)

/** Neighbours joined until each bucket holds about a tenth of the baseline. */
function coarsen(a: readonly number[], b: readonly number[]): { a: number[]; b: number[] } {
  const joined = { a: [0], b: [0] }
  const limit = total(a) / coarseBuckets
  for (const [index, count] of a.entries()) {
    if (joined.a.at(-1)! >= limit) {
      joined.a.push(0)
      joined.b.push(0)
    }
    joined.a[joined.a.length - 1]! += count
    joined.b[joined.b.length - 1]! += b[index]!
  }
  return joined
}

interface Below {
  readonly below: number
  readonly count: number
}

function countOfBins({ histogram = [] }: Numbers, at: number): Below {
  return { below: total(histogram.slice(0, at + 1)), count: total(histogram) }
}

function countUpTo({ quantiles }: Numbers, edge: number): Below {
  const { edges, a } = sharedBuckets(quantileSketchFromWire(quantiles), emptyQuantileSketch())
  return { below: total(a.filter((_, index) => edges[index]! <= edge)), count: total(a) }
}
