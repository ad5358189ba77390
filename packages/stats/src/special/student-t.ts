import { bisect } from './bisect.ts'
import { incompleteBeta } from './incomplete-beta.ts'

/** Chance that a value of Student's t with `df` degrees of freedom lies as far from 0 as t, to both sides (DLMF 8.17). */
export function studentTwoSided(t: number, df: number): number {
  return incompleteBeta(df / (df + t * t), df / 2, 0.5)
}

/** The t beyond which, to both sides, a share p lies; p within 0..1. */
export function studentCritical(p: number, df: number): number {
  return bisect((t) => 1 - studentTwoSided(t, df), 1 - p)
}
