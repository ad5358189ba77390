import { type Correlation as CorrelationWire, HomingError, maxMagnitude } from '@homing/protocol'

import { rounded } from './rounded.ts'

/** Products of deviations from the mean of each two of some features, over samples in which all of them were numbers. */
export interface Correlation {
  readonly features: readonly string[]
  count: number
  readonly means: Float64Array
  /** Upper triangle with its diagonal, row by row: (0, 0), (0, 1)… (1, 1), (1, 2)… */
  readonly products: Float64Array
  /** Room of a sample's deviations. */
  readonly steps: Float64Array
}

/** No sample yet, of `features` in this order. */
export function emptyCorrelation(features: readonly string[]): Correlation {
  const n = features.length
  return {
    features,
    count: 0,
    means: new Float64Array(n),
    products: new Float64Array((n * (n + 1)) / 2),
    steps: new Float64Array(n),
  }
}

/**
 * Adds a sample, one value for each feature, in place (Welford's update of covariance). False where one of them is no finite
 * number, or beyond 1e100: then nothing is added.
 */
export function addCorrelation(correlation: Correlation, values: ArrayLike<number>): boolean {
  const { means, products, steps } = correlation
  for (let at = 0; at < means.length; at++) if (!(Math.abs(values[at]!) <= maxMagnitude)) return false
  correlation.count += 1
  for (let at = 0; at < means.length; at++) {
    steps[at] = values[at]! - means[at]!
    means[at]! += steps[at]! / correlation.count
  }
  let place = 0
  for (let row = 0; row < means.length; row++)
    for (let column = row; column < means.length; column++)
      products[place++]! += steps[row]! * (values[column]! - means[column]!)
  return true
}

/**
 * Samples of both (Chan, Golub and LeVeque, 1979).
 * @throws HomingError CONFIG_INVALID where they are of different features.
 */
export function mergeCorrelations(a: Correlation, b: Correlation): Correlation {
  if (a.features.length !== b.features.length || a.features.some((name, at) => name !== b.features[at]))
    throw new HomingError('CONFIG_INVALID', 'Correlations of different features cannot be merged')
  const merged = emptyCorrelation(a.features)
  merged.count = a.count + b.count
  if (merged.count === 0) return merged
  const { means, products, steps } = merged
  for (let at = 0; at < means.length; at++) {
    steps[at] = b.means[at]! - a.means[at]!
    means[at] = a.means[at]! + (steps[at]! * b.count) / merged.count
  }
  const weight = (a.count * b.count) / merged.count
  let place = 0
  for (let row = 0; row < means.length; row++)
    for (let column = row; column < means.length; column++, place++)
      products[place] = a.products[place]! + b.products[place]! + weight * steps[row]! * steps[column]!
  return merged
}

/** Pearson's correlation of the features at two places; NaN where one of them does not vary. */
export function pearson({ products, means }: Correlation, one: number, other: number): number {
  const place = (row: number, column: number): number =>
    row * means.length - (row * (row - 1)) / 2 + (column - row)
  const [row, column] = one <= other ? [one, other] : [other, one]
  const spread = products[place(row, row)]! * products[place(column, column)]!
  return spread > 0 ? products[place(row, column)]! / Math.sqrt(spread) : NaN
}

/** Correlation as it travels; undefined where nothing was added. */
export function correlationToWire({
  features,
  count,
  means,
  products,
}: Correlation): CorrelationWire | undefined {
  if (count === 0) return undefined
  return {
    features: [...features],
    count,
    means: Array.from(means, rounded),
    products: Array.from(products, rounded),
  }
}

/** Correlation as it is added to. */
export function correlationFromWire({ features, count, means, products }: CorrelationWire): Correlation {
  return {
    features,
    count,
    means: Float64Array.from(means),
    products: Float64Array.from(products),
    steps: new Float64Array(means.length),
  }
}
