import { type FeedbackSummary, HomingError, type RankingFeedback } from '@homing/protocol'

import { mergedQuantiles } from './merged-quantiles.ts'
import { mergedCalibration, mergedConfusion, mergedRegression, mergedScores } from './merged-sketches.ts'
import { addedRecords } from './added-records.ts'
import { present } from './present.ts'

/**
 * What both tell of feedback, as they travel.
 * @throws HomingError DATA_INVALID where they tell of different kinds.
 */
export function mergeFeedbackSummaries(a: FeedbackSummary, b: FeedbackSummary): FeedbackSummary {
  const coverage = {
    count: a.count + b.count,
    unmatched: a.unmatched + b.unmatched,
    lag: mergedQuantiles(a.lag, b.lag),
  }
  if (a.kind === 'labels' && b.kind === 'labels')
    return present({
      kind: a.kind,
      ...coverage,
      confusion: mergedConfusion(a.confusion, b.confusion),
      calibration: mergedCalibration(a.calibration, b.calibration),
      scores: mergedScores(a.scores, b.scores),
    })
  if (a.kind === 'values' && b.kind === 'values')
    return present({ kind: a.kind, ...coverage, errors: mergedRegression(a.errors, b.errors) })
  if (a.kind === 'signals' && b.kind === 'signals')
    return present({
      kind: a.kind,
      ...coverage,
      signals: addedRecords(a.signals, b.signals),
      positive: a.positive + b.positive,
      negative: a.negative + b.negative,
      dwell: mergedQuantiles(a.dwell, b.dwell),
      calibration: mergedCalibration(a.calibration, b.calibration),
    })
  throw new HomingError('DATA_INVALID', `Feedback of ${a.kind} cannot be merged with that of ${b.kind}`)
}

/** What both tell of lists that were shown. */
export function mergeRankings(a: RankingFeedback, b: RankingFeedback): RankingFeedback {
  const most = Math.max(a.positions.length, b.positions.length)
  return {
    positions: Array.from({ length: most }, (_, at) => {
      const [left, right] = [a.positions[at], b.positions[at]]
      if (!left || !right) return (left ?? right)!
      return addedRecords(left, right)
    }),
  }
}
