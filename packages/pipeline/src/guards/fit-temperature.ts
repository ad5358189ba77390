import { HomingError } from '@homing/protocol'

const searchedLogarithms = [-7, 7] as const
const searchSteps = 80
const goldenRatio = (Math.sqrt(5) - 1) / 2

/**
 * The temperature that makes confidences true: the one by which the softmax of scores / temperature gives held-out labels
 * the greatest likelihood. Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2. Between e^-7 and e^7.
 * @param scores Logits, one row of classes each.
 * @param labels Index of the true class of each row.
 * @throws HomingError DATA_INVALID when rows and labels do not belong together.
 */
export function fitTemperature(scores: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  if (scores.length === 0 || scores.length !== labels.length)
    throw new HomingError(
      'DATA_INVALID',
      `${scores.length} rows of scores do not belong to ${labels.length} labels`,
    )
  for (const [row, own] of scores.entries()) {
    if (!(labels[row]! in own) || !Array.from(own).every(Number.isFinite))
      throw new HomingError(
        'DATA_INVALID',
        `Row ${row} has no finite score for each class, or no class ${labels[row]}`,
      )
  }
  const loss = (logarithm: number): number => negativeLikelihood(scores, labels, Math.exp(-logarithm))
  // The loss is convex in 1 / temperature, so it falls and then rises along the logarithm too: a golden-section search.
  let [low, high] = searchedLogarithms as readonly [number, number]
  for (let step = 0; step < searchSteps; step++) {
    const reach = (high - low) * goldenRatio
    if (loss(high - reach) < loss(low + reach)) high = low + reach
    else low = high - reach
  }
  return Math.exp((low + high) / 2)
}

function negativeLikelihood(
  scores: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  inverse: number,
): number {
  return scores.reduce((sum, own, row) => {
    const values = Array.from(own, (score) => score * inverse)
    const largest = Math.max(...values)
    const total = values.reduce((all, value) => all + Math.exp(value - largest), 0)
    return sum + largest + Math.log(total) - values[labels[row]!]!
  }, 0)
}
