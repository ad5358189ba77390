import { type CalibrationWire, HomingError, maxScoreBins } from '@homing/protocol'

import { defaultConfidenceBins } from './config.ts'
import { rounded } from './rounded.ts'
import { unitBin } from './unit-bin.ts'

/** Per bin of equal width of the confidence from 0 to 1: how many, how many were right, and the sum of confidence. */
export interface Calibration {
  readonly counts: Float64Array
  readonly right: Float64Array
  readonly confidence: Float64Array
}

/**
 * No answer yet.
 * @throws HomingError CONFIG_INVALID for a number of bins that the protocol does not allow.
 */
export function emptyCalibration(bins = defaultConfidenceBins): Calibration {
  if (!Number.isInteger(bins) || bins < 1 || bins > maxScoreBins)
    throw new HomingError('CONFIG_INVALID', `Calibration has between 1 and ${maxScoreBins} bins, not ${bins}`)
  return {
    counts: new Float64Array(bins),
    right: new Float64Array(bins),
    confidence: new Float64Array(bins),
  }
}

/** Adds an answer, in place; a confidence beyond 0..1 counts as the nearer end, NaN adds nothing. */
export function addCalibration(calibration: Calibration, confidence: number, isRight: boolean): void {
  if (Number.isNaN(confidence)) return
  const bin = unitBin(confidence, calibration.counts.length)
  calibration.counts[bin]! += 1
  if (isRight) calibration.right[bin]! += 1
  calibration.confidence[bin]! += Math.min(1, Math.max(0, confidence))
}

/**
 * Bins of both.
 * @throws HomingError CONFIG_INVALID where they have different bins.
 */
export function mergeCalibrations(a: Calibration, b: Calibration): Calibration {
  if (a.counts.length !== b.counts.length)
    throw new HomingError('CONFIG_INVALID', 'Calibrations with different bins cannot be merged')
  const both = (field: keyof Calibration): Float64Array =>
    a[field].map((value, bin) => value + b[field][bin]!)
  return { counts: both('counts'), right: both('right'), confidence: both('confidence') }
}

/** Bins as they travel. */
export function calibrationToWire({ counts, right, confidence }: Calibration): CalibrationWire {
  return { counts: [...counts], right: [...right], confidence: Array.from(confidence, rounded) }
}

/** Bins as they are added to. */
export function calibrationFromWire({ counts, right, confidence }: CalibrationWire): Calibration {
  return {
    counts: Float64Array.from(counts),
    right: Float64Array.from(right),
    confidence: Float64Array.from(confidence),
  }
}
