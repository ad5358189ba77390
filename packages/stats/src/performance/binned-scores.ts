import { checkPair, total } from '../hypothesis/counts.ts'

/** Area under the ROC curve, as far as bins tell. */
export interface BinnedAuc {
  /** Chance that a positive scores above a negative; pairs within one bin count half. */
  readonly auc: number
  /** The AUC of the scores themselves lies within `auc` plus or minus this: half the pairs that share a bin. */
  readonly resolution: number
}

/**
 * AUC from counts of scores in shared bins, lowest scores first (Hanley and McNeil, Radiology 143, 1982).
 * @throws HomingError DATA_INVALID for bad counts, or where one of the classes is missing.
 */
export function binnedAuc(positives: readonly number[], negatives: readonly number[]): BinnedAuc {
  checkPair(positives, negatives)
  let [below, wins, ties] = [0, 0, 0]
  for (const [bin, count] of positives.entries()) {
    wins += count * below
    ties += count * negatives[bin]!
    below += negatives[bin]!
  }
  const pairs = total(positives) * total(negatives)
  return { auc: (wins + ties / 2) / pairs, resolution: ties / 2 / pairs }
}
