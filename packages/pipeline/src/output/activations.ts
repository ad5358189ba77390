/** Softmax of the scores, in place: shifted by the largest, so that none overflows. Infinite scores share all of it. */
export function softmax(scores: Float64Array): Float64Array {
  let largest = -Infinity
  for (const score of scores) if (score > largest) largest = score
  let sum = 0
  for (let i = 0; i < scores.length; i++) {
    const shifted = scores[i] === largest ? 0 : scores[i]! - largest
    scores[i] = Math.exp(shifted)
    sum += scores[i]!
  }
  for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / sum
  return scores
}

/** 1 / (1 + e^-x) of each score, in place. */
export function sigmoid(scores: Float64Array): Float64Array {
  for (let i = 0; i < scores.length; i++) {
    const decay = Math.exp(-Math.abs(scores[i]!))
    scores[i] = (scores[i]! >= 0 ? 1 : decay) / (1 + decay)
  }
  return scores
}
