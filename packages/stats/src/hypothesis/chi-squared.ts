import { HomingError } from '@homing/protocol'

import { chiSquaredTail } from '../special/chi-squared-tail.ts'
import { checkCounts, checkPair, shares, total } from './counts.ts'

/** What a chi-squared test says. */
export interface ChiSquaredResult {
  readonly statistic: number
  /** Degrees of freedom; 0, with p = 1, where only one bucket was ever seen. */
  readonly df: number
  readonly p: number
}

/**
 * Pearson's goodness of fit (Philosophical Magazine 50, 1900).
 * @param expected counts or shares, scaled to the observations; all alike when left out.
 * @throws HomingError DATA_INVALID for bad counts, or an observation where none is expected.
 */
export function chiSquaredFit(
  observed: readonly number[],
  expected: readonly number[] = observed.map(() => 1),
): ChiSquaredResult {
  checkPair(observed, expected)
  const n = total(observed)
  const wanted = shares(expected).map((share) => share * n)
  const impossible = observed.findIndex((count, index) => count > 0 && wanted[index] === 0)
  if (impossible >= 0)
    throw new HomingError('DATA_INVALID', `bucket ${impossible} was observed but is not expected at all`)
  const statistic = sumOf(observed, (count, index) => squared(count - wanted[index]!, wanted[index]!))
  return result(statistic, wanted.filter((count) => count > 0).length - 1)
}

/** The contingency test, with its effect size. */
export interface ContingencyResult extends ChiSquaredResult {
  /** Cramér's V: 0 for no association, 1 for the strongest (Cramér, 1946). */
  readonly v: number
}

/**
 * Test of homogeneity: do all rows (samples) have the same distribution over the columns (categories)? Columns and rows
 * without an observation are left out.
 * @param designEffect divides the statistic where observations depend on each other: the first-order correction of Rao
 *   and Scott (J. Am. Stat. Assoc. 76, 1981).
 * @throws HomingError DATA_INVALID for bad counts or rows of unequal length.
 */
export function contingencyTest(rows: readonly (readonly number[])[], designEffect = 1): ContingencyResult {
  const [first] = rows
  if (!first || rows.some((row) => row.length !== first.length))
    throw new HomingError('DATA_INVALID', 'a contingency table needs rows of one length')
  checkCounts(rows.flat(), 'the contingency table')
  const columns = first.map((_, column) => sumOf(rows, (row) => row[column]!))
  const n = total(columns)
  const statistic = sumOf(rows, (row) => {
    const size = total(row)
    return sumOf(row, (count, column) => {
      const wanted = (size * columns[column]!) / n
      return wanted > 0 ? squared(count - wanted, wanted) : 0
    })
  })
  const seen = (sums: readonly number[]): number => sums.filter((sum) => sum > 0).length - 1
  const [rowsSeen, columnsSeen] = [seen(rows.map(total)), seen(columns)]
  const freedom = Math.min(rowsSeen, columnsSeen)
  const v = freedom > 0 ? Math.sqrt(statistic / (n * freedom)) : 0
  return { ...result(statistic / Math.max(1, designEffect), rowsSeen * columnsSeen), v }
}

function result(statistic: number, df: number): ChiSquaredResult {
  return { statistic, df, p: df > 0 ? chiSquaredTail(statistic, df) : 1 }
}

const squared = (difference: number, wanted: number): number => (difference * difference) / wanted

function sumOf<Item>(items: readonly Item[], value: (item: Item, index: number) => number): number {
  return items.reduce((sum, item, index) => sum + value(item, index), 0)
}
