import { type FeatureSummary, HomingError } from '@homing/protocol'

import { categoryLimit } from './config.ts'
import { mergedQuantiles } from './merged-quantiles.ts'
import { mergedCategories, mergedHistogram, mergedMoments } from './merged-sketches.ts'
import { present } from './present.ts'

/**
 * What both tell of a feature, as they travel.
 * @throws HomingError DATA_INVALID where one tells of a number and the other of a category.
 */
export function mergeFeatureSummaries(a: FeatureSummary, b: FeatureSummary): FeatureSummary {
  const health = {
    count: a.count + b.count,
    missing: a.missing + b.missing,
    mismatched: a.mismatched + b.mismatched,
    failed: a.failed + b.failed,
  }
  if (a.kind === 'numeric' && b.kind === 'numeric')
    return present({
      kind: a.kind,
      ...health,
      nonFinite: a.nonFinite + b.nonFinite,
      moments: mergedMoments(a.moments, b.moments),
      quantiles: mergedQuantiles(a.quantiles, b.quantiles),
      histogram: mergedHistogram(a.histogram, b.histogram),
    })
  if (a.kind === 'category' && b.kind === 'category')
    return {
      kind: a.kind,
      ...health,
      unseen: a.unseen + b.unseen,
      categories: mergedCategories(a.categories, b.categories, categoryLimit),
    }
  throw new HomingError('DATA_INVALID', `A ${a.kind} feature cannot be merged with a ${b.kind} one`)
}
