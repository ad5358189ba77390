import { checkPair, shares } from '../hypothesis/counts.ts'

/** What an empty bucket counts as: its logarithm is infinite otherwise. */
const emptyShare = 1e-4

/**
 * Population stability index: the symmetrised Kullback-Leibler divergence of two samples' shares (Siddiqi, Credit Risk
 * Scorecards, 2006). By custom below 0.1 is stable and above 0.25 a shift; for equal distributions it still averages
 * (buckets - 1)(1/n + 1/m), so it is an effect size and no test.
 * @throws HomingError DATA_INVALID for bad counts or unequal numbers of buckets.
 */
export function populationStability(a: readonly number[], b: readonly number[]): number {
  checkPair(a, b)
  const right = shares(b)
  return shares(a).reduce((sum, share, index) => {
    if (share === 0 && right[index] === 0) return sum
    const [p, q] = [Math.max(share, emptyShare), Math.max(right[index]!, emptyShare)]
    return sum + (p - q) * Math.log(p / q)
  }, 0)
}
