import { join } from 'node:path'

import type { RollupBody } from '@homing/stats'
import { expect, onTestFinished, test } from 'vitest'

import { temporaryFolder } from '../../../test/fixture.ts'
import { telemetryBatch } from '../../../test/telemetry.ts'
import { kyselyBatches } from '../../repositories/kysely-batches.ts'
import { kyselyRollups } from '../../repositories/kysely-rollups.ts'
import { openSqlite } from '../../repositories/open-sqlite.ts'
import { applyFold } from '../apply-fold.ts'
import { addToFold, emptyFold } from '../pending-fold.ts'
import { downSample } from './down-sample.ts'
import { removeOldRollups } from './remove-old.ts'

const day = 490_008 // its first hour
const rules = { hourly: 24 * 14, kept: 24 * 400, mostPredictions: 1_000_000 }

async function opened() {
  const database = await openSqlite(join(await temporaryFolder(), 'homing.sqlite'))
  onTestFinished(() => database.destroy())
  const [batches, rollups] = [kyselyBatches(database), kyselyRollups(database)]
  return {
    rollups,
    async report(hour: number, predictions: number) {
      const batch = telemetryBatch([{ hour, first: 1, counts: { predictions } }])
      const [seq] = await batches.add([{ app: 'shop', id: batch.id, hour, body: new Uint8Array([1]) }])
      const fold = emptyFold()
      addToFold(fold, { seq: seq!, app: 'shop', hour, batch }, rules)
      expect(await applyFold(rollups, fold)).toBe('done')
    },
    async shown() {
      const all = await rollups.find(await rollups.heads({}))
      return all
        .map(({ hour, span, marks, body }) => [
          hour - day,
          span,
          marks,
          (JSON.parse(body) as RollupBody).counts.predictions,
        ])
        .sort((a, b) => a[0]! - b[0]!)
    },
  }
}

test('hours become days once they are old, whatever comes later, and nothing is lost or counted twice', async () => {
  const { rollups, report, shown } = await opened()
  for (const [hour, predictions] of [
    [day, 1],
    [day + 5, 2],
    [day + 24, 4],
    [day + 48, 8],
  ] as const)
    await report(hour, predictions)
  await downSample(rollups, day + 50)
  const days = [
    [0, 24, 2, 3],
    [24, 24, 1, 4],
    [48, 1, 1, 8],
  ]
  expect(await shown()).toEqual(days)
  await downSample(rollups, day + 50)
  expect(await shown()).toEqual(days)
  await report(day + 6, 16)
  await downSample(rollups, day + 50)
  expect((await shown())[0]).toEqual([0, 24, 3, 19])
})

test('a release goes as a whole, when all of it is old', async () => {
  const { rollups, report, shown } = await opened()
  for (const hour of [day, day + 30]) await report(hour, 1)
  await rollups.release(await rollups.heads({}), {})
  await report(day + 1, 1)
  await removeOldRollups(rollups, day + 24)
  expect((await shown()).map(([hour]) => hour)).toEqual([0, 30]) // what nobody could ever see is gone
  await removeOldRollups(rollups, day + 31)
  expect(await shown()).toEqual([])
})
