import { HomingError } from '@homing/protocol'

import { chiSquaredQuantile } from '../special/chi-squared-tail.ts'

/**
 * Sums over batches (one batch comes from one device) of a total y and its number of observations n: what is left to tell
 * how alike the observations of a device are, once batches are folded.
 */
export interface BatchSpread {
  batches: number
  n: number
  nn: number
  y: number
  yy: number
  ny: number
}

/** No batch yet. */
export function emptySpread(): BatchSpread {
  return { batches: 0, n: 0, nn: 0, y: 0, yy: 0, ny: 0 }
}

/**
 * Adds one batch, in place: n observations whose values (or indicators of a category) sum to y. A batch of none adds nothing.
 * @throws HomingError DATA_INVALID for a negative or non-finite figure.
 */
export function addBatch(spread: BatchSpread, y: number, n: number): void {
  if (!(n >= 0 && Number.isFinite(n) && Number.isFinite(y)))
    throw new HomingError('DATA_INVALID', `a batch cannot have ${n} observations that sum to ${y}`)
  if (n === 0) return
  spread.batches += 1
  spread.n += n
  spread.nn += n * n
  spread.y += y
  spread.yy += y * y
  spread.ny += n * y
}

/** Spread of the batches of both. */
export function mergeSpread(a: BatchSpread, b: BatchSpread): BatchSpread {
  return {
    batches: a.batches + b.batches,
    n: a.n + b.n,
    nn: a.nn + b.nn,
    y: a.y + b.y,
    yy: a.yy + b.yy,
    ny: a.ny + b.ny,
  }
}

/**
 * How many times larger the variance of a mean is than if all observations were independent (Kish, Survey Sampling, 1965):
 * the variance of the ratio y/n between batches (Cochran, Sampling Techniques, 3rd ed., equation 2.46) over
 * `variance` / n. Never below 1, nor above what it is where all observations of a batch are equal; 1 for fewer than two
 * batches or where nothing varies.
 * @param variance of one observation.
 * @param confidence above 0.5 gives an upper bound instead of the estimate, as if the spread were chi-squared.
 */
export function designEffect(spread: BatchSpread, variance: number, confidence = 0.5): number {
  const { batches, n, nn, y, yy, ny } = spread
  if (batches < 2 || !(variance > 0)) return 1
  const mean = y / n
  const deviations = Math.max(0, yy - 2 * mean * ny + mean * mean * nn)
  const between = (deviations * batches) / (batches - 1) / (n * n)
  const estimate = (between * n) / variance
  const df = batches - 1
  const bound = confidence <= 0.5 ? estimate : (estimate * df) / chiSquaredQuantile(1 - confidence, df)
  return Math.max(1, Math.min(bound, nn / n))
}
