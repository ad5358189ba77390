import { type CategoriesWire, HomingError } from '@homing/protocol'

import { calibrationFromWire, calibrationToWire, mergeCalibrations } from '../sketches/calibration.ts'
import { categoriesFromWire, categoriesToWire, mergeCategories } from '../sketches/categories.ts'
import { confusionFromWire, confusionToWire, mergeConfusions } from '../sketches/confusion.ts'
import { correlationFromWire, correlationToWire, mergeCorrelations } from '../sketches/correlation.ts'
import { longestOf } from '../sketches/longest-run.ts'
import { mergeMoments, momentsFromWire, momentsToWire } from '../sketches/moments.ts'
import { mergeProjections } from '../sketches/projection.ts'
import { mergeRegressions, regressionFromWire, regressionToWire } from '../sketches/regression.ts'
import { mergeScores, scoresFromWire, scoresToWire } from '../sketches/scores.ts'
import { mergedWith } from './merged-with.ts'

export const mergedMoments = mergedWith(momentsFromWire, mergeMoments, momentsToWire)
export const mergedCalibration = mergedWith(calibrationFromWire, mergeCalibrations, calibrationToWire)
export const mergedConfusion = mergedWith(confusionFromWire, mergeConfusions, confusionToWire)
export const mergedRegression = mergedWith(regressionFromWire, mergeRegressions, regressionToWire)
export const mergedScores = mergedWith(scoresFromWire, mergeScores, scoresToWire)

export const mergedCorrelation = mergedWith(correlationFromWire, mergeCorrelations, correlationToWire)

/** Both, where both are there. */
export function mergedBoth<T>(
  merge: (a: T, b: T) => T,
): (a: T | undefined, b: T | undefined) => T | undefined {
  return (a, b) => (a === undefined || b === undefined ? (a ?? b) : merge(a, b))
}

export const mergedRun = mergedBoth(longestOf)
export const mergedProjection = mergedBoth(mergeProjections)

/** Categories of both, of which as many are kept as the larger one has, at least `limit`. */
export function mergedCategories(a: CategoriesWire, b: CategoriesWire, limit: number): CategoriesWire {
  const most = Math.max(limit, sizeOf(a), sizeOf(b))
  return categoriesToWire(mergeCategories(categoriesFromWire(a, most), categoriesFromWire(b, most)))
}

function sizeOf({ counts }: CategoriesWire): number {
  return Object.keys(counts).length
}

/**
 * Counts of both histograms, whose edges the manifest of one version tells.
 * @throws HomingError DATA_INVALID where they cannot have the same edges.
 */
export function mergedHistogram(
  a: readonly number[] | undefined,
  b: readonly number[] | undefined,
): number[] | undefined {
  if (a === undefined || b === undefined) return a || b ? [...(a ?? b)!] : undefined
  if (a.length !== b.length)
    throw new HomingError('DATA_INVALID', `Histograms of ${a.length} and ${b.length} bins cannot be merged`)
  return a.map((count, bin) => count + b[bin]!)
}
