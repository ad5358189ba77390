import { likeliestClasses } from './classification.ts'

/** Predictions whose confidence lies in one range. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Mean confidence and share that was right; 0 in an empty bin. */
  readonly confidence: number
  readonly accuracy: number
}

/** How far confidence can be believed. */
export interface CalibrationResult {
  /** Expected calibration error (Naeini et al. 2015): mean gap between confidence and accuracy, weighted by count. */
  readonly ece: number
  readonly bins: readonly ReliabilityBin[]
}

/** Ranges of equal width that confidence is sorted into. */
const binCount = 10

/** Compares the likeliest class's probability with how often it is right. */
export function evaluateCalibration(
  probabilities: Float64Array,
  labels: Uint8Array,
  classes: number,
): CalibrationResult {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, right: 0 }))
  const predicted = likeliestClasses(probabilities, classes)
  for (const [index, label] of labels.entries()) {
    const confidence = probabilities[index * classes + predicted[index]!]!
    const bin = sums[Math.min(Math.floor(confidence * binCount), binCount - 1)]!
    bin.count++
    bin.confidence += confidence
    if (predicted[index] === label) bin.right++
  }
  const bins = sums.map(({ count, confidence, right }, index) => ({
    from: index / binCount,
    to: (index + 1) / binCount,
    count,
    confidence: count ? confidence / count : 0,
    accuracy: count ? right / count : 0,
  }))
  const gap = bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.confidence - bin.accuracy), 0)
  return { ece: gap / labels.length, bins }
}
