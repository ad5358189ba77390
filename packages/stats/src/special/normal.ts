import { upperGamma } from './incomplete-gamma.ts'

/** Chance that a standard normal value exceeds z; exact far out in the tail (DLMF 7.11.2). */
export function normalTail(z: number): number {
  const outer = 0.5 * upperGamma(0.5, (z * z) / 2)
  return z >= 0 ? outer : 1 - outer
}

/** Distribution function of the standard normal distribution. */
export function normalCdf(z: number): number {
  return normalTail(-z)
}

/**
 * The z below which a share p lies: a first guess (Abramowitz and Stegun 26.2.23, within 4.5e-4), then Newton's steps
 * of third order (Halley). 0 gives -Infinity, 1 Infinity, all else outside 0..1 NaN.
 */
export function normalQuantile(p: number): number {
  if (p === 0) return -Infinity
  if (p === 1) return Infinity
  if (!(p > 0 && p < 1)) return NaN
  if (p > 0.5) return -normalQuantile(1 - p)
  const t = Math.sqrt(-2 * Math.log(p))
  const guess =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  let z = guess // the upper quantile of 1 - p
  for (let step = 0; step < 3; step++) {
    const error = (p - normalTail(z)) / (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI))
    z -= error / (1 + (z * error) / 2)
  }
  return -z
}
