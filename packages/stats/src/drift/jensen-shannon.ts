import { checkPair, shares } from '../hypothesis/counts.ts'

/**
 * Jensen-Shannon distance of two samples' shares: 0 for equal ones, 1 for samples that share no bucket; a metric (Endres and
 * Schindelin, IEEE Trans. Inf. Theory 49, 2003), with logarithms to base 2.
 * @throws HomingError DATA_INVALID for bad counts or unequal numbers of buckets.
 */
export function jensenShannon(a: readonly number[], b: readonly number[]): number {
  checkPair(a, b)
  const right = shares(b)
  const divergence = shares(a).reduce((sum, p, index) => {
    const q = right[index]!
    const middle = (p + q) / 2
    return sum + (part(p, middle) + part(q, middle)) / 2
  }, 0)
  return Math.sqrt(Math.min(1, Math.max(0, divergence)))
}

const part = (share: number, middle: number): number => (share > 0 ? share * Math.log2(share / middle) : 0)
