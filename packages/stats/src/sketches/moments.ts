import { maxMagnitude, type MomentsWire } from '@homing/protocol'

import { rounded } from './rounded.ts'

/** Count, mean and sum of squared deviations of a series, with its extremes: what merges without the values. */
export interface Moments {
  count: number
  mean: number
  /** Sum of squared deviations from the mean. */
  m2: number
  /** Infinity and -Infinity while nothing was added. */
  min: number
  max: number
}

/** Moments of no value. */
export function emptyMoments(): Moments {
  return { count: 0, mean: 0, m2: 0, min: Infinity, max: -Infinity }
}

/**
 * Adds one value, in place (Welford, Technometrics 4(3), 1962). NaN, infinities and magnitudes beyond 1e100 add nothing: a
 * quantile sketch beside counts them.
 */
export function addMoment(moments: Moments, value: number): void {
  if (!(Math.abs(value) <= maxMagnitude)) return
  moments.count += 1
  const step = value - moments.mean
  moments.mean += step / moments.count
  moments.m2 += step * (value - moments.mean)
  if (value < moments.min) moments.min = value
  if (value > moments.max) moments.max = value
}

/** Moments of both series together (Chan, Golub and LeVeque, 1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return { ...b }
  if (b.count === 0) return { ...a }
  const count = a.count + b.count
  const step = b.mean - a.mean
  return {
    count,
    mean: a.mean + (step * b.count) / count,
    m2: a.m2 + b.m2 + (step * step * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  }
}

/** Unbiased variance of the series; NaN below two values. */
export function varianceOf(moments: Moments): number {
  return moments.count > 1 ? moments.m2 / (moments.count - 1) : NaN
}

/** Moments as they travel; undefined where nothing was added. */
export function momentsToWire({ count, mean, m2, min, max }: Moments): MomentsWire | undefined {
  if (count === 0) return undefined
  return { count, mean: rounded(mean), m2: rounded(m2), min: rounded(min), max: rounded(max) }
}

/** Moments as they are added to. */
export function momentsFromWire(wire: MomentsWire | undefined): Moments {
  return wire === undefined || wire.count === 0 ? emptyMoments() : { ...wire }
}
