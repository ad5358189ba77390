import { continuedFraction } from './continued-fraction.ts'
import { logGamma } from './log-gamma.ts'

/**
 * Upper regularised incomplete gamma function Q(a, x), a > 0, x >= 0: by series below a + 1, by continued fraction
 * above, so that small tails keep their digits (DLMF 8.11.4 and 8.9.2).
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1
  if (x === Infinity) return 0
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) return 1 - scale * series(a, x)
  return scale / continuedFraction(x + 1 - a, (n) => [-n * (n - a), x + 2 * n + 1 - a])
}

function series(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}
