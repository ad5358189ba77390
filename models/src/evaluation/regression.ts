/** How far predicted numbers are from true ones, in the unit of the numbers. */
export interface RegressionResult {
  readonly count: number
  /** Mean absolute error. */
  readonly mae: number
  /** Root of the mean squared error. */
  readonly rmse: number
  /** Share of the variance explained: 1 is perfect, 0 is no better than the mean of the true numbers. */
  readonly r2: number
}

/** Compares predictions with truth. */
export function evaluateRegression(predicted: ArrayLike<number>, truth: ArrayLike<number>): RegressionResult {
  const count = truth.length
  let [absolute, squared, total, sum] = [0, 0, 0, 0]
  for (let i = 0; i < count; i++) sum += truth[i]!
  for (let i = 0; i < count; i++) {
    const error = predicted[i]! - truth[i]!
    absolute += Math.abs(error)
    squared += error ** 2
    total += (truth[i]! - sum / count) ** 2
  }
  return { count, mae: absolute / count, rmse: Math.sqrt(squared / count), r2: 1 - squared / total }
}
