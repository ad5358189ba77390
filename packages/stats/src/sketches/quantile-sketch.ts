import { maxMagnitude, maxQuantileBins, type QuantileSketchWire } from '@homing/protocol'

import {
  addToBin,
  type Bins,
  binsFromWire,
  binsToWire,
  copyBins,
  countOfBins,
  emptyBins,
  joinedIndex,
  joinNeighbours,
  mergeBins,
} from './bins.ts'
import { relativeAccuracy } from './config.ts'

/**
 * A DDSketch (Masson, Rim, Lee, PVLDB 12(12), 2019): counts in bins whose bounds grow by the factor gamma, so that every
 * quantile is told within `relativeAccuracy` of itself. Where there would be more than `maxQuantileBins` bins, all neighbours
 * are joined (UDDSketch, Epicoco et al., IEEE Access 8, 2020), which squares gamma. The lowest bins are not joined alone, as
 * in DDSketch: then one extreme value would blind the sketch for all others. How often bins are joined follows from what was
 * added, in whatever order and grouping, so that merging is exact.
 */
export interface QuantileSketch {
  /** How often neighbours were joined. */
  level: number
  /** Magnitudes of negative values, and of positive ones. */
  negative: Bins
  positive: Bins
  /** Zeros, and magnitudes below 1e-100. */
  zero: number
  nan: number
  /** Infinities, and magnitudes beyond 1e100. */
  infinite: number
}

/** Factor between the bounds of a bin before any join. */
export const gamma = (1 + relativeAccuracy) / (1 - relativeAccuracy)

const perLog = 1 / Math.log1p((2 * relativeAccuracy) / (1 - relativeAccuracy))

/** A sketch of no value. */
export function emptyQuantileSketch(): QuantileSketch {
  return { level: 0, negative: emptyBins(), positive: emptyBins(), zero: 0, nan: 0, infinite: 0 }
}

/** Adds a value `count` times, in place. Any number may be given: what has no place in an order is counted apart. */
export function addQuantile(sketch: QuantileSketch, value: number, count = 1): void {
  const magnitude = Math.abs(value)
  if (!(magnitude <= maxMagnitude)) {
    if (Number.isNaN(magnitude)) sketch.nan += count
    else sketch.infinite += count
  } else if (magnitude < 1 / maxMagnitude) {
    sketch.zero += count
  } else {
    addToBin(value > 0 ? sketch.positive : sketch.negative, binOf(magnitude, sketch.level), count)
    bound(sketch)
  }
}

/** Index of the bin of a positive magnitude: bin i lies above gamma^(i-1), up to and with gamma^i. */
export function binOf(magnitude: number, level = 0): number {
  return joinedIndex(Math.ceil(Math.log(magnitude) * perLog), level)
}

/** Upper bound of a bin. */
export function binBound(index: number, level = 0): number {
  return Math.exp((index * 2 ** level) / perLog)
}

/** The magnitude that stands for a bin: none in it lies farther off than the sketch's accuracy. */
export function binValue(index: number, level = 0): number {
  return (binBound(index, level) * 2) / (1 + gamma ** (2 ** level))
}

/** How far a quantile may lie from the truth, as a share of it. */
export function accuracyOf({ level }: Pick<QuantileSketch, 'level'>): number {
  const factor = gamma ** (2 ** level)
  return (factor - 1) / (factor + 1)
}

/** A sketch of both series, as if all values had been added to one. */
export function mergeQuantileSketches(a: QuantileSketch, b: QuantileSketch): QuantileSketch {
  const level = Math.max(a.level, b.level)
  const [left, right] = [atLevel(a, level), atLevel(b, level)]
  const merged = {
    level,
    negative: mergeBins(left.negative, right.negative),
    positive: mergeBins(left.positive, right.positive),
    zero: a.zero + b.zero,
    nan: a.nan + b.nan,
    infinite: a.infinite + b.infinite,
  }
  bound(merged)
  return merged
}

/** The sketch with its neighbours joined until `level`; itself where it is there already. */
export function atLevel(sketch: QuantileSketch, level: number): QuantileSketch {
  const levels = level - sketch.level
  if (levels <= 0) return sketch
  const copy = { ...sketch, negative: copyBins(sketch.negative), positive: copyBins(sketch.positive), level }
  joinNeighbours(copy.negative, levels)
  joinNeighbours(copy.positive, levels)
  return copy
}

/** Joins neighbours until there are no more bins than may be. */
function bound(sketch: QuantileSketch): void {
  while (sketch.negative.size + sketch.positive.size > maxQuantileBins) {
    joinNeighbours(sketch.negative, 1)
    joinNeighbours(sketch.positive, 1)
    sketch.level += 1
  }
}

/** How many values have a place in the order: all but NaN and infinities. */
export function countOfQuantiles({ negative, positive, zero }: QuantileSketch): number {
  return countOfBins(negative) + zero + countOfBins(positive)
}

/** A sketch as it travels; undefined where nothing was added. */
export function quantileSketchToWire(sketch: QuantileSketch): QuantileSketchWire | undefined {
  const { level, negative, positive, zero, nan, infinite } = sketch
  if (negative.size + positive.size + zero + nan + infinite === 0) return undefined
  return {
    ...(level > 0 && { level }),
    ...(negative.size > 0 && { negative: binsToWire(negative) }),
    ...(positive.size > 0 && { positive: binsToWire(positive) }),
    ...(zero > 0 && { zero }),
    ...(nan > 0 && { nan }),
    ...(infinite > 0 && { infinite }),
  }
}

/** A sketch as it is added to. */
export function quantileSketchFromWire(wire: QuantileSketchWire = {}): QuantileSketch {
  const { level = 0, negative = [], positive = [], zero = 0, nan = 0, infinite = 0 } = wire
  return { level, negative: binsFromWire(negative), positive: binsFromWire(positive), zero, nan, infinite }
}
