import { HomingError } from '@homing/protocol'

import type { Bins } from './bins.ts'
import { atLevel, binBound, binValue, countOfQuantiles, type QuantileSketch } from './quantile-sketch.ts'

/**
 * The value below which a share of the series lies, by the rank floor(share * (count - 1)); NaN where nothing was added.
 * @throws HomingError CONFIG_INVALID for a share outside 0..1.
 */
export function quantileOf(sketch: QuantileSketch, share: number): number {
  if (!(share >= 0 && share <= 1))
    throw new HomingError('CONFIG_INVALID', `A quantile is of a share between 0 and 1, not ${share}`)
  const { negative, positive, zero, level } = sketch
  const count = countOfQuantiles(sketch)
  if (count === 0) return NaN
  let left = Math.floor(share * (count - 1))
  for (let at = negative.size - 1; at >= 0; at--) {
    left -= negative.counts[at]!
    if (left < 0) return -binValue(negative.indices[at]!, level)
  }
  left -= zero
  if (left < 0) return 0
  let at = 0
  while (at < positive.size - 1 && (left -= positive.counts[at]!) >= 0) at += 1
  return binValue(positive.indices[at]!, level)
}

/** Counts of two sketches in the same buckets, ascending: what tests of two samples compare. */
export interface SharedBuckets {
  /** Upper bounds. Of a negative bucket the bound itself belongs to the next one. */
  readonly edges: readonly number[]
  readonly a: readonly number[]
  readonly b: readonly number[]
}

/** Both sketches in the buckets of the coarser one, those alone in which one of them holds something. */
export function sharedBuckets(a: QuantileSketch, b: QuantileSketch): SharedBuckets {
  const level = Math.max(a.level, b.level)
  const [left, right] = [bucketsOf(atLevel(a, level)), bucketsOf(atLevel(b, level))]
  const edges = [...new Set([...left.keys(), ...right.keys()])].sort((x, y) => x - y)
  return {
    edges,
    a: edges.map((edge) => left.get(edge) ?? 0),
    b: edges.map((edge) => right.get(edge) ?? 0),
  }
}

function bucketsOf({ negative, positive, zero, level }: QuantileSketch): Map<number, number> {
  const buckets = new Map<number, number>()
  const each = (bins: Bins, boundOf: (index: number) => number): void => {
    for (let at = 0; at < bins.size; at++) buckets.set(boundOf(bins.indices[at]!), bins.counts[at]!)
  }
  each(negative, (index) => -binBound(index - 1, level))
  if (zero > 0) buckets.set(0, zero)
  each(positive, (index) => binBound(index, level))
  return buckets
}
