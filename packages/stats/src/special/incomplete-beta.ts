import { continuedFraction } from './continued-fraction.ts'
import { logGamma } from './log-gamma.ts'

/** Regularised incomplete beta function I_x(a, b) for a, b > 0 and x within 0..1 (DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction is fast below the mean; above it I_x(a, b) = 1 - I_(1-x)(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const log = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)
  const fraction = continuedFraction(1, (n) => {
    const m = Math.floor(n / 2)
    const d =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + n - 1) * (a + n))
        : (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n))
    return [d, 1]
  })
  return Math.exp(log) / (a * fraction)
}
