import { maxQuantileBins, type QuantileSketchWire } from '@homing/protocol'

import {
  mergeQuantileSketches,
  quantileSketchFromWire,
  quantileSketchToWire,
} from '../sketches/quantile-sketch.ts'
import { mergedWith } from './merged-with.ts'

const unpacked = mergedWith(quantileSketchFromWire, mergeQuantileSketches, quantileSketchToWire)

/**
 * Sketches of both, as they travel. Where their bins fit as they are they are merged without being unpacked: a server does
 * little else.
 */
export function mergedQuantiles(
  a: QuantileSketchWire | undefined,
  b: QuantileSketchWire | undefined,
): QuantileSketchWire | undefined {
  if (a === undefined || b === undefined || a.level !== b.level) return unpacked(a, b)
  const negative = mergedBins(a.negative, b.negative)
  const positive = mergedBins(a.positive, b.positive)
  if ((negative?.length ?? 0) + (positive?.length ?? 0) > 2 * maxQuantileBins) return unpacked(a, b)
  const zero = (a.zero ?? 0) + (b.zero ?? 0)
  const nan = (a.nan ?? 0) + (b.nan ?? 0)
  const infinite = (a.infinite ?? 0) + (b.infinite ?? 0)
  return {
    ...(a.level !== undefined && { level: a.level }),
    ...(negative && { negative }),
    ...(positive && { positive }),
    ...(zero > 0 && { zero }),
    ...(nan > 0 && { nan }),
    ...(infinite > 0 && { infinite }),
  }
}

/** Bins of both, packed: how far each index lies above the one before, then its count. */
function mergedBins(a: number[] | undefined, b: number[] | undefined): number[] | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const merged: number[] = []
  let [i, j, last] = [0, 0, 0]
  let left = a[0] ?? Infinity
  let right = b[0] ?? Infinity
  while (i < a.length || j < b.length) {
    const index = Math.min(left, right)
    let count = 0
    if (left === index) {
      count += a[i + 1]!
      i += 2
      left = i < a.length ? left + a[i]! : Infinity
    }
    if (right === index) {
      count += b[j + 1]!
      j += 2
      right = j < b.length ? right + b[j]! : Infinity
    }
    merged.push(index - last, count)
    last = index
  }
  return merged
}
