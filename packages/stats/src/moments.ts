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

/** Adds one finite value, in place (Welford, Technometrics 4(3), 1962). */
export function addMoment(moments: Moments, value: number): void {
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
