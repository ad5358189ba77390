import { HomingError } from '@homing/protocol'

import { kolmogorovTail } from '../special/kolmogorov.ts'
import { checkPair, shares, total } from './counts.ts'

/** Largest product of two sample sizes for which every order of the values is counted. */
const exactUpTo = 100_000

/** How p is found; `auto` counts orders while the samples are small. */
export type KsMethod = 'auto' | 'exact' | 'asymptotic'

/** What a Kolmogorov-Smirnov test of two samples says. */
export interface KsResult {
  /** Largest distance D between the two empirical distribution functions. */
  readonly distance: number
  readonly p: number
}

/** A test on counts in shared buckets. */
export interface KsOnEdges extends KsResult {
  /**
   * Largest share of either sample in one bucket: the true D lies within `distance` and `distance + resolution`, since
   * between edges nothing is known.
   */
  readonly resolution: number
}

/**
 * Two-sample, two-sided Kolmogorov-Smirnov test (Hodges, Arkiv för Matematik 3, 1958).
 * @throws HomingError DATA_INVALID for an empty sample or NaN.
 */
export function ksTest(a: readonly number[], b: readonly number[], method: KsMethod = 'auto'): KsResult {
  if (a.length === 0 || b.length === 0) throw new HomingError('DATA_INVALID', 'a sample holds no value')
  if (a.some(Number.isNaN) || b.some(Number.isNaN))
    throw new HomingError('DATA_INVALID', 'a sample holds NaN, which has no place in an order')
  const [left, right] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
  let [i, j, distance] = [0, 0, 0]
  while (i < left.length && j < right.length) {
    const value = Math.min(left[i]!, right[j]!)
    while (left[i] === value) i++
    while (right[j] === value) j++
    distance = Math.max(distance, Math.abs(i / left.length - j / right.length))
  }
  return { distance, p: ksTail(distance, left.length, right.length, method) }
}

/**
 * The test on counts in shared buckets, in the order of their edges. D at the edges is exact and never above the D of the
 * values, hence p is conservative.
 * @param effective sample sizes where observations depend on each other: n over the design effect.
 * @throws HomingError DATA_INVALID for bad counts or unequal numbers of buckets.
 */
export function ksOnEdges(
  a: readonly number[],
  b: readonly number[],
  effective: readonly [number, number] = [total(a), total(b)],
): KsOnEdges {
  checkPair(a, b)
  const [left, right] = [shares(a), shares(b)]
  let [difference, distance] = [0, 0]
  for (const [index, share] of left.entries()) {
    difference += share - right[index]!
    distance = Math.max(distance, Math.abs(difference))
  }
  const [n, m] = effective.map((size) => Math.max(1, Math.floor(size))) as [number, number]
  return { distance, p: ksTail(distance, n, m), resolution: Math.max(...left, ...right) }
}

/** Chance that equal distributions lie `distance` apart or farther, with n and m values. */
export function ksTail(distance: number, n: number, m: number, method: KsMethod = 'auto'): number {
  if (method === 'exact' || (method === 'auto' && n * m <= exactUpTo)) return exactTail(distance, n, m)
  return kolmogorovTail(distance, Math.round((n * m) / (n + m)))
}

/** Counts paths through the lattice of orders that stay closer than `distance`, as R's `psmirnov` does. */
function exactTail(distance: number, n: number, m: number): number {
  const limit = (0.5 + Math.floor(distance * n * m - 1e-7)) / (n * m)
  const inside = Float64Array.from({ length: m + 1 }, (_, j) => (j / m > limit ? 0 : 1))
  for (let i = 1; i <= n; i++) {
    const weight = i / (i + m)
    inside[0] = i / n > limit ? 0 : weight * inside[0]!
    for (let j = 1; j <= m; j++)
      inside[j] = Math.abs(i / n - j / m) > limit ? 0 : weight * inside[j]! + inside[j - 1]!
  }
  return Math.min(1, Math.max(0, 1 - inside[m]!))
}
