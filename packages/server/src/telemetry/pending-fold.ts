import type { TelemetryBatch } from '@homing/protocol'
import { mergeRollups, type RollupBody, rollupOf } from '@homing/stats'

import { maxBatchesPerFold, maxRollupsPerFold } from '../config.ts'
import { rollupKey, type RollupPlace } from '../repositories/rollup-repository.ts'
import { boundedGroups } from './bounded-groups.ts'
import { type PlaceClock, placeOf } from './rollup-places.ts'

/** A batch that is on the disk. */
export interface Arrival {
  readonly seq: number
  readonly app: string
  /** Hour in which it came. */
  readonly hour: number
  readonly batch: TelemetryBatch
}

/** What batches add to one rollup. */
export interface RollupDelta {
  readonly place: RollupPlace
  marks: number
  batches: number
  body: RollupBody
}

/** Bounds of what is folded; hours count back from that in which a batch came. */
export interface FoldRules {
  /** How many hours are kept by the hour, and how many at all. */
  readonly hourly: number
  readonly kept: number
  readonly mostPredictions: number
}

/** Batches that one transaction folds, merged: its size depends on the rollups they touch, not on their number. */
export interface PendingFold {
  readonly seqs: number[]
  readonly deltas: Map<string, RollupDelta>
  /** Groups that counted for nothing. */
  refused: number
}

/** Nothing to fold. */
export function emptyFold(): PendingFold {
  return { seqs: [], deltas: new Map(), refused: 0 }
}

/** Whether a fold should take no more. */
export function isFull({ seqs, deltas }: PendingFold): boolean {
  return seqs.length >= maxBatchesPerFold || deltas.size >= maxRollupsPerFold
}

/** Adds a batch, in place. What becomes of it depends on nothing but itself, its app and its hour. */
export function addToFold(fold: PendingFold, { seq, app, hour, batch }: Arrival, rules: FoldRules): void {
  fold.seqs.push(seq)
  const clock: PlaceClock = { present: hour, hourlySince: hour - rules.hourly }
  const bounds = { oldest: hour - rules.kept, mostPredictions: rules.mostPredictions }
  const { groups, refused } = boundedGroups(batch, bounds)
  fold.refused += refused
  const touched = new Set<string>()
  for (const { group, marks } of groups) {
    const place = placeOf(app, batch, group, clock)
    const key = rollupKey(place)
    const body = rollupOf(group)
    const delta = fold.deltas.get(key)
    if (!delta) fold.deltas.set(key, { place, marks, batches: 1, body })
    else {
      delta.marks += marks
      if (!touched.has(key)) delta.batches += 1
      delta.body = mergeRollups(delta.body, body)
    }
    touched.add(key)
  }
}
