import { checkCounts, shares } from '../hypothesis/counts.ts'

/** How few items get most of what is recommended. */
export interface Concentration {
  /** Gini coefficient: 0 where all items are recommended alike often, near 1 where one gets all. */
  readonly gini: number
  /** Shannon entropy as a share of the largest possible: 1 where all are alike, 0 where one gets all. */
  readonly evenness: number
  /** Share of the item recommended most. */
  readonly top: number
}

/**
 * Concentration of recommendations: where it rises week after week, the model is trained on its own choices (a degenerate
 * feedback loop; Jiang et al., AIES 2019).
 * @param counts per item of the catalogue, also those that were never recommended.
 * @throws HomingError DATA_INVALID for bad counts.
 */
export function concentration(counts: readonly number[]): Concentration {
  checkCounts(counts, 'the recommendations')
  const ascending = shares(counts).sort((a, b) => a - b)
  const items = ascending.length
  const weighted = ascending.reduce((sum, share, rank) => sum + (2 * (rank + 1) - items - 1) * share, 0)
  const entropy = ascending.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0)
  return {
    gini: weighted / items,
    evenness: items > 1 ? entropy / Math.log(items) : 0,
    top: ascending.at(-1)!,
  }
}
