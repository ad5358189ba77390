import { HomingError } from '@homing/protocol'

/**
 * Refuses counts that no sample can have.
 * @throws HomingError DATA_INVALID for no bucket, a negative count, NaN or infinity, or no observation at all.
 */
export function checkCounts(counts: readonly number[], what: string): void {
  const bad = counts.find((count) => !(count >= 0 && count < Infinity))
  if (bad !== undefined) {
    throw new HomingError(
      'DATA_INVALID',
      `${what} holds the count ${bad}; counts are finite and not negative`,
    )
  }
  if (!counts.some((count) => count > 0)) {
    throw new HomingError('DATA_INVALID', `${what} holds no observation`)
  }
}

/**
 * Refuses counts of two samples that lie on different buckets.
 * @throws HomingError DATA_INVALID as `checkCounts`, or for unequal lengths.
 */
export function checkPair(a: readonly number[], b: readonly number[]): void {
  checkCounts(a, 'the first sample')
  checkCounts(b, 'the second sample')
  if (a.length !== b.length) {
    throw new HomingError(
      'DATA_INVALID',
      `the samples have ${a.length} and ${b.length} buckets; both must be counted on the same edges`,
    )
  }
}

/** Number of observations. */
export function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Share of each bucket. */
export function shares(counts: readonly number[]): number[] {
  const n = total(counts)
  return counts.map((count) => count / n)
}
