import { HomingError } from '@homing/protocol'

import { normalTail } from '../special/normal.ts'
import { solve } from './solve.ts'

/** How strongly weights are pulled to 0: rows may be fewer than features, or part perfectly. */
const ridge = 1
const newtonSteps = 12

/** What a classifier that tells current rows from baseline rows says. */
export interface DomainDrift {
  /** How well it tells rows that it was not fitted to: 0.5 for not at all, 1 for always. */
  readonly auc: number
  /** Chance of such an AUC where nothing changed. */
  readonly p: number
  /** Features by their share in telling, largest first; shares sum to 1. */
  readonly features: readonly { readonly name: string; readonly share: number }[]
}

/**
 * Multivariate drift by a domain classifier (Lopez-Paz and Oquab, ICLR 2017; Rabanser et al., NeurIPS 2019): logistic regression fitted
 * to every second row, judged on the others by Mann and Whitney's test. It sees changes of correlation no better than a line
 * through the features does, and names the features by which it tells.
 * @param names of the columns. Rows should come in no order that means anything.
 * @throws HomingError DATA_INVALID for fewer than four rows on a side, rows of other lengths, or values that are not finite.
 */
export function domainDrift(
  names: readonly string[],
  baseline: readonly (readonly number[])[],
  current: readonly (readonly number[])[],
): DomainDrift {
  checkRows(names, baseline)
  checkRows(names, current)
  const scale = standardiser(names.length, [...baseline, ...current])
  const half = (rows: readonly (readonly number[])[], odd: number): number[][] =>
    rows.filter((_, index) => index % 2 === odd).map(scale)
  const weights = fitLogistic(half(baseline, 0), half(current, 0))
  const score = (row: readonly number[]): number => dot(weights, row)
  const { auc, p } = mannWhitney(half(baseline, 1).map(score), half(current, 1).map(score))
  const pulls = meanDifference(half(baseline, 0), half(current, 0)).map((gap, at) =>
    Math.abs(gap * weights[at]!),
  )
  const all = pulls.reduce((sum, pull) => sum + pull, 0)
  const features = names
    .map((name, at) => ({ name, share: all > 0 ? pulls[at]! / all : 1 / names.length }))
    .sort((a, b) => b.share - a.share)
  return { auc, p, features }
}

function checkRows(names: readonly string[], rows: readonly (readonly number[])[]): void {
  if (rows.length < 4)
    throw new HomingError('DATA_INVALID', 'a domain classifier needs four rows of each side')
  if (rows.some((row) => row.length !== names.length || !row.every(Number.isFinite)))
    throw new HomingError('DATA_INVALID', `every row has ${names.length} finite values, one for each name`)
}

/** Makes each column of mean 0 and deviation 1, and adds the constant column. */
function standardiser(
  columns: number,
  rows: readonly (readonly number[])[],
): (row: readonly number[]) => number[] {
  const means = Array.from({ length: columns }, (_, at) => mean(rows.map((row) => row[at]!)))
  const deviations = means.map(
    (middle, at) => Math.sqrt(mean(rows.map((row) => (row[at]! - middle) ** 2))) || 1,
  )
  return (row) => [...row.map((value, at) => (value - means[at]!) / deviations[at]!), 1]
}

/** Ridge logistic regression by Newton's steps (iteratively reweighted least squares). */
function fitLogistic(negatives: readonly number[][], positives: readonly number[][]): number[] {
  const size = positives[0]!.length
  let weights = new Array<number>(size).fill(0)
  for (let step = 0; step < newtonSteps; step++) {
    const gradient = weights.map((weight) => -ridge * weight)
    const curvature = weights.map((_, i) => weights.map((__, j) => (i === j ? ridge : 0)))
    const add = (row: readonly number[], label: number): void => {
      const chance = 1 / (1 + Math.exp(-dot(weights, row)))
      for (const [i, value] of row.entries()) {
        gradient[i]! += (label - chance) * value
        for (const [j, other] of row.entries()) curvature[i]![j]! += chance * (1 - chance) * value * other
      }
    }
    for (const row of negatives) add(row, 0)
    for (const row of positives) add(row, 1)
    const move = solve(curvature, gradient)
    if (!move) break
    weights = weights.map((weight, at) => weight + move[at]!)
  }
  return weights
}

/** Mann and Whitney's U as an AUC, with its normal tail (Ann. Math. Stat. 18, 1947), corrected for ties. */
function mannWhitney(negatives: readonly number[], positives: readonly number[]): { auc: number; p: number } {
  const [m, n] = [negatives.length, positives.length]
  const all = [
    ...negatives.map((score) => ({ score, label: 0 })),
    ...positives.map((score) => ({ score, label: 1 })),
  ]
  all.sort((a, b) => a.score - b.score)
  let [ranks, ties] = [0, 0]
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]!.score === all[from]!.score) to++
    const rank = (from + 1 + to) / 2
    for (const { label } of all.slice(from, to)) ranks += label * rank
    ties += (to - from) ** 3 - (to - from)
    from = to
  }
  const auc = (ranks - (n * (n + 1)) / 2) / (m * n)
  const size = m + n
  const deviation = Math.sqrt((size + 1 - ties / (size * (size - 1))) / (12 * m * n))
  return { auc, p: deviation > 0 ? normalTail((auc - 0.5) / deviation) : 1 }
}

function meanDifference(a: readonly number[][], b: readonly number[][]): number[] {
  return b[0]!.map((_, at) => mean(b.map((row) => row[at]!)) - mean(a.map((row) => row[at]!)))
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0)
