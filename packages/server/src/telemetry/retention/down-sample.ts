import { setImmediate as nextTurn } from 'node:timers/promises'

import { mergeRollups, type RollupBody } from '@homing/stats'

import {
  type Rollup,
  type RollupHead,
  rollupKey,
  type RollupPlace,
  type RollupRepository,
} from '../../repositories/rollup-repository.ts'
import { dayHours, dayOf } from '../hours.ts'

/**
 * Puts one rollup of a day in the place of those of hours before `before`, the first of a day: one transaction for each day
 * and place, so that no figure ever changes. What others change meanwhile is left to the next look.
 */
export async function downSample(rollups: RollupRepository, before: number): Promise<void> {
  const days = new Map<string, { place: RollupPlace; heads: RollupHead[] }>()
  for (const head of await rollups.heads({ span: 1, before: dayOf(before) })) {
    const place = { ...placeOf(head), span: dayHours, hour: dayOf(head.hour) }
    const key = rollupKey(place)
    const same = days.get(key)
    if (same) same.heads.push(head)
    else days.set(key, { place, heads: [head] })
  }
  for (const { place, heads } of days.values()) {
    const parts = await rollups.find(heads)
    const [day] = await rollups.find([place])
    const all = day ? [day, ...parts] : parts
    await rollups.change({ removed: heads, written: [merged(place, day?.revision ?? 0, all)] })
    await nextTurn()
  }
}

function merged(place: RollupPlace, revision: number, parts: readonly Rollup[]): Rollup {
  const bodies = parts.map(({ body }) => JSON.parse(body) as RollupBody)
  return {
    ...place,
    revision,
    marks: parts.reduce((sum, { marks }) => sum + marks, 0),
    batches: parts.reduce((sum, { batches }) => sum + batches, 0),
    body: JSON.stringify(bodies.reduce(mergeRollups)),
  }
}

function placeOf(head: RollupHead): RollupPlace {
  const { release, span, hour, app, model, version, variant, backend, browser, slice } = head
  return { release, span, hour, app, model, version, variant, backend, browser, slice }
}
