import { HomingError } from '@homing/protocol'

import { checkCounts, shares, total } from '../hypothesis/counts.ts'
import { solve } from './solve.ts'

/** What is thought of the labels behind unlabelled predictions. */
export interface LabelShift {
  /** By label: how many times as frequent it is as in the reference. */
  readonly weights: readonly number[]
  /** Estimated share of each label. */
  readonly shares: readonly number[]
}

/**
 * Black-box shift estimation (Lipton, Wang and Smola, ICML 2018): which frequencies of the true labels explain how often each label
 * is said now, if the model errs as it did? Holds where only the frequencies of labels changed. Estimates below 0 are raised to 0.
 * @param confusion of the reference: rows by true label, columns by said one.
 * @param said counts of what is said now.
 * @returns undefined where the reference cannot tell its labels apart (the matrix has no inverse).
 * @throws HomingError DATA_INVALID for bad counts or sizes that do not fit.
 */
export function labelShift(
  confusion: readonly (readonly number[])[],
  said: readonly number[],
): LabelShift | undefined {
  if (said.length !== confusion.length || confusion.some((row) => row.length !== said.length))
    throw new HomingError(
      'DATA_INVALID',
      'the confusion matrix and the predicted counts have different labels',
    )
  checkCounts(confusion.flat(), 'the confusion matrix')
  checkCounts(said, 'the predicted counts')
  const n = total(confusion.flat())
  const joint = said.map((_, column) => confusion.map((row) => row[column]! / n))
  const solved = solve(joint, shares(said))
  if (!solved) return undefined
  const raw = solved.map((weight, label) => Math.max(0, weight) * total(confusion[label]!))
  const estimated = shares(raw)
  return {
    shares: estimated,
    weights: estimated.map((share, label) => (share * n) / total(confusion[label]!)),
  }
}
