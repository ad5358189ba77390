import { HomingError } from '@homing/protocol'

import { checkCounts, total } from '../hypothesis/counts.ts'

/** What accuracy is expected to be without labels. */
export interface EstimatedAccuracy {
  readonly accuracy: number
  /** Standard error, from the calibration's and the window's finite counts. */
  readonly error: number
  /** Share of the window in bins for which the calibration has no label: there the confidence itself is believed. */
  readonly uncalibrated: number
}

/** Reference bins: how many predictions had such a confidence, and how many of them were right. */
export interface CalibrationBins {
  readonly counts: readonly number[]
  readonly right: readonly number[]
}

/**
 * Estimated accuracy of a window by its confidences alone: each counts as right as often as such confidences were right in the
 * reference (confidence-based performance estimation, NannyML; Kivimäki et al., 2024). It sees covariate shift; concept
 * drift it cannot see, for that changes how often a confidence is right.
 * @param confidence counts of the window's confidences in the reference's bins, from 0 to 1.
 * @throws HomingError DATA_INVALID for bad counts or other bins.
 */
export function estimatedAccuracy(
  calibration: CalibrationBins,
  confidence: readonly number[],
): EstimatedAccuracy {
  checkCounts(confidence, 'the window')
  const { counts, right } = calibration
  if (counts.length !== confidence.length || right.length !== counts.length || counts.length === 0)
    throw new HomingError('DATA_INVALID', 'the window and the calibration have different bins of confidence')
  const n = total(confidence)
  let [accuracy, variance, uncalibrated] = [0, 0, 0]
  for (const [bin, count] of confidence.entries()) {
    const [seen, share] = [counts[bin]!, count / n]
    const rate = seen > 0 ? right[bin]! / seen : (bin + 0.5) / confidence.length
    if (!(rate >= 0 && rate <= 1))
      throw new HomingError('DATA_INVALID', 'a bin of the calibration has more right answers than answers')
    if (seen === 0) uncalibrated += share
    accuracy += share * rate
    variance += (share * rate * (1 - rate)) / n + (share ** 2 * (rate * (1 - rate))) / Math.max(1, seen)
  }
  return { accuracy, error: Math.sqrt(variance), uncalibrated }
}
