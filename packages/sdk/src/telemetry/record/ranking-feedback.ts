import { maxPositions, type RankingFeedback } from '@homing/protocol'

import { positive as figure } from './whole.ts'

/** Least propensity that is believed: what is shown more seldom weighs no more than this (clipped weights; Ionides, 2008). */
const leastPropensity = 1e-3

/** What of lists was shown, where, and what users reacted to. */
export interface RankingMeter {
  shown(position: number): void
  reacted(position: number, propensity: number): void
  toWire(): RankingFeedback | undefined
}

export function rankingFeedback(): RankingMeter {
  const positions: RankingFeedback['positions'] = []
  const at = (position: number): RankingFeedback['positions'][number] | undefined => {
    if (!isPosition(position)) return undefined
    while (positions.length <= position) positions.push({ shown: 0, positive: 0, weight: 0, squares: 0 })
    return positions[position]
  }
  return {
    shown(position) {
      const own = at(position)
      if (own) own.shown += 1
    },
    reacted(position, propensity) {
      const own = at(position)
      if (!own) return
      const weight = 1 / Math.min(1, Math.max(leastPropensity, figure(propensity) ?? 1))
      own.positive += 1
      own.weight += weight
      own.squares += weight ** 2
    },
    toWire: () => (positions.length > 0 ? { positions: positions.map((each) => ({ ...each })) } : undefined),
  }
}

/** Whether a list has such a position, as far as they are told apart. */
export function isPosition(position: unknown): position is number {
  return Number.isInteger(position) && (position as number) >= 0 && (position as number) < maxPositions
}
