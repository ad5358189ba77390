import { HomingError } from '@homing/protocol'

import { checkCounts } from '../hypothesis/counts.ts'

/** How well one label is told (van Rijsbergen, Information Retrieval, 1979). NaN where nothing was said or true. */
export interface LabelFigures {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** How well labels are told. */
export interface ClassificationFigures {
  readonly n: number
  readonly accuracy: number
  /** By label, in the order of the matrix. */
  readonly labels: readonly LabelFigures[]
  /** Mean F1 of the labels that were true at least once. */
  readonly macroF1: number
}

/**
 * Figures of a confusion matrix: rows by true label, columns by said one.
 * @throws HomingError DATA_INVALID for a matrix that is not square, bad counts, or none.
 */
export function classificationFigures(matrix: readonly (readonly number[])[]): ClassificationFigures {
  if (matrix.some((row) => row.length !== matrix.length))
    throw new HomingError('DATA_INVALID', 'a confusion matrix has as many columns as rows')
  checkCounts(matrix.flat(), 'the confusion matrix')
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
  const n = sum(matrix.flat())
  const said = matrix.map((_, label) => sum(matrix.map((row) => row[label]!)))
  const labels = matrix.map((row, label): LabelFigures => {
    const [right, wasTrue, wasSaid] = [row[label]!, sum(row), said[label]!]
    return { precision: right / wasSaid, recall: right / wasTrue, f1: (2 * right) / (wasTrue + wasSaid) }
  })
  const seen = labels.filter(({ recall }) => !Number.isNaN(recall))
  return {
    n,
    accuracy: sum(matrix.map((row, label) => row[label]!)) / n,
    labels,
    macroF1: sum(seen.map(({ f1 }) => f1)) / seen.length,
  }
}
