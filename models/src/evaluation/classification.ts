/** How well probabilities over classes fit the true labels. */
export interface ClassificationResult {
  readonly count: number
  /** Share of examples whose likeliest class is the true one. */
  readonly accuracy: number
  /** Mean of -log(probability of the true class), natural logarithm. */
  readonly logLoss: number
  /** Rows: true class; columns: predicted class; counts. */
  readonly confusion: readonly (readonly number[])[]
}

/** Probability below which a logarithm is taken of this instead. */
const leastProbability = 1e-12

/** Softmax of each row of `logits`. */
export function softmaxRows(logits: Float32Array, classes: number): Float64Array {
  const probabilities = Float64Array.from(logits)
  for (let from = 0; from < logits.length; from += classes) {
    const row = probabilities.subarray(from, from + classes)
    const largest = Math.max(...row)
    for (let i = 0; i < classes; i++) row[i] = Math.exp(row[i]! - largest)
    const total = row.reduce((sum, value) => sum + value, 0)
    for (let i = 0; i < classes; i++) row[i] = row[i]! / total
  }
  return probabilities
}

/** Index of the largest value of each row. */
export function likeliestClasses(probabilities: ArrayLike<number>, classes: number): Uint8Array {
  return Uint8Array.from({ length: probabilities.length / classes }, (_, row) => {
    let best = 0
    for (let i = 1; i < classes; i++) {
      if (probabilities[row * classes + i]! > probabilities[row * classes + best]!) best = i
    }
    return best
  })
}

/** Compares probabilities (row-major, `classes` an example) with true labels. */
export function evaluateClassification(
  probabilities: Float64Array,
  labels: Uint8Array,
  classes: number,
): ClassificationResult {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const predicted = likeliestClasses(probabilities, classes)
  let [right, loss] = [0, 0]
  for (const [index, label] of labels.entries()) {
    confusion[label]![predicted[index]!]! += 1
    if (predicted[index] === label) right++
    loss -= Math.log(Math.max(probabilities[index * classes + label]!, leastProbability))
  }
  return { count: labels.length, accuracy: right / labels.length, logLoss: loss / labels.length, confusion }
}
