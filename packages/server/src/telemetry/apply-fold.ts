import { setImmediate as nextTurn } from 'node:timers/promises'

import { mergeRollups, type RollupBody } from '@homing/stats'

import { foldAttempts, maxRollupsPerHour } from '../config.ts'
import {
  type ChangeOutcome,
  type Rollup,
  rollupKey,
  type RollupPlace,
  type RollupRepository,
} from '../repositories/rollup-repository.ts'
import type { PendingFold, RollupDelta } from './pending-fold.ts'

/** Stands for all models, versions and so on beyond the most rollups of an hour. */
export const otherPlaces = '(other)'

/** A rollup as it will be written. */
type Draft = Omit<Rollup, 'body'> & { body: RollupBody }

/**
 * Adds a fold to the rollups and marks its batches as folded, in one transaction; between rollups others have their turn.
 * @returns `folded` where another process folded one of the batches, `changed` where others kept changing the rollups: then
 * nothing was done.
 */
export async function applyFold(rollups: RollupRepository, fold: PendingFold): Promise<ChangeOutcome> {
  for (let attempt = 1; ; attempt++) {
    const written = await draftsOf(rollups, fold)
    const outcome = await rollups.change({ folds: fold.seqs, written })
    if (outcome !== 'changed' || attempt === foldAttempts) return outcome
  }
}

async function draftsOf(rollups: RollupRepository, { deltas }: PendingFold): Promise<Rollup[]> {
  const drafts = new Map<string, Draft>()
  const room = new Map<string, number>()
  for (const delta of deltas.values()) {
    let draft = await draftAt(rollups, drafts, delta.place)
    if (draft.revision === 0 && draft.batches === 0) {
      const hour = `${delta.place.app} ${delta.place.hour}`
      const left =
        room.get(hour) ?? maxRollupsPerHour - (await rollups.count(delta.place.app, delta.place.hour))
      room.set(hour, left - 1)
      if (left <= 0) draft = await draftAt(rollups, drafts, placeOfOthers(delta.place))
    }
    drafts.set(rollupKey(draft), added(draft, delta))
    await nextTurn()
  }
  return [...drafts.values()].map((draft) => ({ ...draft, body: JSON.stringify(draft.body) }))
}

/** The rollup at `place` as it is, or an empty one. */
async function draftAt(
  rollups: RollupRepository,
  drafts: ReadonlyMap<string, Draft>,
  place: RollupPlace,
): Promise<Draft> {
  const draft = drafts.get(rollupKey(place))
  if (draft) return draft
  const [stored] = await rollups.find([place])
  if (stored) return { ...stored, body: JSON.parse(stored.body) as RollupBody }
  return { ...place, revision: 0, marks: 0, batches: 0, body: { counts: {} } as RollupBody }
}

function added(draft: Draft, { marks, batches, body }: RollupDelta): Draft {
  return {
    ...draft,
    marks: draft.marks + marks,
    batches: draft.batches + batches,
    body: draft.batches === 0 ? body : mergeRollups(draft.body, body),
  }
}

function placeOfOthers(place: RollupPlace): RollupPlace {
  return {
    ...place,
    model: otherPlaces,
    version: otherPlaces,
    variant: otherPlaces,
    backend: otherPlaces,
    browser: otherPlaces,
    slice: '{}',
  }
}
