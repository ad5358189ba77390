import { HomingError } from '@homing/protocol'

import { studentCritical, studentTwoSided } from '../special/student-t.ts'

/** What is left of a sample: enough for its mean and variance. */
export interface Sums {
  readonly n: number
  readonly sum: number
  /** Sum of squares. */
  readonly squares: number
}

/** What Welch's test says of the second sample against the first. */
export interface WelchResult {
  /** Mean of the second sample less that of the first. */
  readonly difference: number
  readonly t: number
  readonly df: number
  readonly p: number
  /** Confidence interval of the difference. */
  readonly interval: readonly [number, number]
  /** Cohen's d, by the root of the mean of both variances; NaN where nothing varies. */
  readonly d: number
}

/**
 * Welch's t-test for unequal variances (Biometrika 34, 1947), from sums alone.
 * @throws HomingError DATA_INVALID for fewer than two observations, non-finite sums, or squares below what the sum needs.
 */
export function welchTest(a: Sums, b: Sums, confidence = 0.95): WelchResult {
  const [first, second] = [momentsOf(a), momentsOf(b)]
  const difference = second.mean - first.mean
  const [left, right] = [first.variance / a.n, second.variance / b.n]
  const error = Math.sqrt(left + right)
  const d = difference / Math.sqrt((first.variance + second.variance) / 2)
  if (error === 0) {
    const p = difference === 0 ? 1 : 0
    const t = difference === 0 ? 0 : Math.sign(difference) * Infinity
    return { difference, t, df: a.n + b.n - 2, p, interval: [difference, difference], d }
  }
  const df = (left + right) ** 2 / (left ** 2 / (a.n - 1) + right ** 2 / (b.n - 1))
  const t = difference / error
  const margin = studentCritical(1 - confidence, df) * error
  const interval = [difference - margin, difference + margin] as const
  return { difference, t, df, p: studentTwoSided(t, df), interval, d }
}

function momentsOf({ n, sum, squares }: Sums): { mean: number; variance: number } {
  if (!(n >= 2 && Number.isFinite(sum) && Number.isFinite(squares) && n < Infinity))
    throw new HomingError('DATA_INVALID', 'a sample needs two observations or more, and finite sums')
  const variance = (squares - (sum * sum) / n) / (n - 1)
  const rounding = 1e-9 * (squares / n)
  if (variance < -rounding)
    throw new HomingError('DATA_INVALID', 'no sample has these sums: squares are too small')
  return { mean: sum / n, variance: Math.max(0, variance) }
}
