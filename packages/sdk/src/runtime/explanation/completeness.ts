/** Whether attributions add up to what they explain. */
export interface Completeness {
  /** Sum of all attributions. */
  readonly sum: number
  /** What they should add up to: the explained number at the input, less that at the baseline. */
  readonly difference: number
  /** |sum - difference| / |difference|: 0 is complete. Infinity where there was nothing to explain, and they say something. */
  readonly gap: number
}

/** Holds the sum of attributions against the difference that they explain. */
export function completenessOf(attributions: Iterable<number>, difference: number): Completeness {
  let sum = 0
  for (const attribution of attributions) sum += attribution
  return { sum, difference, gap: sum === difference ? 0 : Math.abs(sum - difference) / Math.abs(difference) }
}
