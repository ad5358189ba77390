import { bisect } from './bisect.ts'
import { upperGamma } from './incomplete-gamma.ts'

/** Chance that a chi-squared value with `df` degrees of freedom exceeds x. */
export function chiSquaredTail(x: number, df: number): number {
  return upperGamma(df / 2, x / 2)
}

/** The x below which a share p of a chi-squared distribution lies. */
export function chiSquaredQuantile(p: number, df: number): number {
  return bisect((x) => 1 - chiSquaredTail(x, df), p)
}
