import { HomingError, type OutputSummary } from '@homing/protocol'

import { categoryLimit } from './config.ts'
import { mergedQuantiles } from './merged-quantiles.ts'
import {
  mergedCategories,
  mergedHistogram,
  mergedMoments,
  mergedProjection,
  mergedRun,
} from './merged-sketches.ts'
import { present } from './present.ts'

/**
 * What both tell of an output, as they travel.
 * @throws HomingError DATA_INVALID where they tell of different kinds.
 */
export function mergeOutputSummaries(a: OutputSummary, b: OutputSummary): OutputSummary {
  const count = a.count + b.count
  if (a.kind === 'classes' && b.kind === 'classes')
    return present({
      kind: a.kind,
      count,
      none: a.none + b.none,
      labels: mergedCategories(a.labels, b.labels, categoryLimit),
      scores: mergedQuantiles(a.scores, b.scores),
      confidence: mergedHistogram(a.confidence, b.confidence),
      run: mergedRun(a.run, b.run),
    })
  if (a.kind === 'value' && b.kind === 'value')
    return present({
      kind: a.kind,
      count,
      nonFinite: a.nonFinite + b.nonFinite,
      moments: mergedMoments(a.moments, b.moments),
      quantiles: mergedQuantiles(a.quantiles, b.quantiles),
      histogram: mergedHistogram(a.histogram, b.histogram),
    })
  if (a.kind === 'ranking' && b.kind === 'ranking')
    return { kind: a.kind, count, first: mergedCategories(a.first, b.first, categoryLimit) }
  if (a.kind === 'embedding' && b.kind === 'embedding')
    return present({
      kind: a.kind,
      count,
      nonFinite: a.nonFinite + b.nonFinite,
      projection: mergedProjection(a.projection, b.projection),
    })
  throw new HomingError('DATA_INVALID', `An output of ${a.kind} cannot be merged with one of ${b.kind}`)
}
