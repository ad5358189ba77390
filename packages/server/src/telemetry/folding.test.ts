import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import type { TelemetryBatch } from '@homing/protocol'
import type { RollupBody } from '@homing/stats'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'

import { temporaryFolder } from '../../test/fixture.ts'
import { telemetryBatch, thisHour } from '../../test/telemetry.ts'
import { defaultLimits } from '../config.ts'
import { kyselyBatches } from '../repositories/kysely-batches.ts'
import { kyselyRollups } from '../repositories/kysely-rollups.ts'
import { openSqlite } from '../repositories/open-sqlite.ts'
import { commitQueue } from './commit-queue.ts'
import { folding } from './folding.ts'

const { log } = Fastify()
const rules = { hourly: 24 * 14, kept: 24 * 400, mostPredictions: 1_000_000 }

/** A process on a database: what it sends is on the disk, and folded when it settles. */
async function opened(file: string) {
  const database = await openSqlite(file)
  const batches = kyselyBatches(database)
  const rollups = kyselyRollups(database)
  const folds = folding({ batches, rollups, rules, log })
  const queue = commitQueue(batches, defaultLimits.telemetryQueue, log)
  onTestFinished(async () => {
    await folds.end()
    await database.destroy()
  })
  const store = (batch: TelemetryBatch, app = 'shop') =>
    queue.add({ app, id: batch.id, hour: thisHour(), body: gzipSync(JSON.stringify(batch)) })
  return {
    batches,
    rollups,
    folds,
    store,
    async send(batch: TelemetryBatch, app = 'shop') {
      const seq = await store(batch, app)
      if (seq !== undefined) folds.add({ seq, app, hour: thisHour(), batch })
    },
    async all() {
      const found = await rollups.find(await rollups.heads({}))
      return found.map(({ body, ...head }) => ({ ...head, body: JSON.parse(body) as RollupBody }))
    },
  }
}

const file = async (): Promise<string> => join(await temporaryFolder(), 'homing.sqlite')

test('what arrives is in the rollups of its hour and place, once', async () => {
  const { send, folds, all, batches } = await opened(await file())
  const batch = telemetryBatch([
    { first: 1, counts: { predictions: 3 }, errors: { INPUT_SHAPE: 1 } },
    { counts: { predictions: 4 }, backend: 'webgpu', slice: { plan: 'pro' } },
  ])
  await send(batch)
  await send(batch)
  await send(telemetryBatch([{ counts: { predictions: 5 } }]))
  await folds.settle()
  expect(await batches.backlog()).toBe(0)
  const [gpu, wasm] = (await all()).sort((a, b) => a.batches - b.batches)
  expect(wasm).toMatchObject({ backend: 'wasm', browser: 'chrome 131', slice: '{}', marks: 1, batches: 2 })
  expect(wasm!.body).toMatchObject({
    counts: { predictions: 8 },
    errors: { INPUT_SHAPE: 1 },
    latency: { positive: [120, 2] },
    spread: { errors: { batches: 2, n: 8, nn: 34, y: 1, yy: 1, ny: 3 } },
  })
  expect(gpu).toMatchObject({ slice: '{"plan":"pro"}', marks: 0, batches: 1, hour: thisHour() })
})

test('what a process left unfolded, the next one folds', async () => {
  const path = await file()
  const first = await opened(path)
  await first.store(telemetryBatch([{ counts: { predictions: 3 } }]))
  await first.store(telemetryBatch([{ counts: { predictions: 4 } }]))
  const second = await opened(path)
  await second.folds.settle()
  expect((await second.all()).map(({ body }) => body.counts.predictions)).toEqual([7])
})

test('several processes on one database fold each batch once', async () => {
  const path = await file()
  const processes = [await opened(path), await opened(path), await opened(path)]
  const sent = Array.from({ length: 60 }, (_, i) =>
    telemetryBatch([{ counts: { predictions: 2 ** (i % 20) } }]),
  )
  await Promise.all(
    sent.map(async (batch, i) => {
      await processes[i % 3]!.send(batch)
      await processes[(i + 1) % 3]!.send(batch) // again, at another process
      if (i % 10 === 0) await processes[i % 3]!.folds.settle() // it folds what others hold, too
    }),
  )
  for (const { folds } of processes) await folds.settle()
  const [rollup, ...others] = await processes[0]!.all()
  expect(others).toEqual([])
  expect(rollup).toMatchObject({ batches: 60, body: { counts: { predictions: 3 * (2 ** 20 - 1) } } })
})

test('late hours count where they belong, those ahead in the hour in which they came', async () => {
  const { send, folds, all } = await opened(await file())
  const now = thisHour()
  const old = now - 24 * 20
  await send(telemetryBatch([{ hour: now - 30 }, { hour: now + 5 }, { hour: old }, { hour: now - 24 * 500 }]))
  await folds.settle()
  const places = (await all()).map(({ hour, span }) => [hour, span]).sort((a, b) => a[0]! - b[0]!)
  expect(places).toEqual([
    [old - (old % 24), 24],
    [now - 30, 1],
    [now, 1],
  ])
})

test('one batch brings one mark for a version, and no more than a device can have seen', async () => {
  const { send, folds, all } = await opened(await file())
  const hours = Array.from({ length: 40 }, (_, i) => ({ hour: thisHour() - 24 * i, first: 1 as const }))
  await send(
    telemetryBatch([...hours, { version: '2.0.0', first: 1 }, { counts: { predictions: 5_000_000 } }]),
  )
  await folds.settle()
  const rollups = await all()
  const marks = (version: string) =>
    rollups.filter((rollup) => rollup.version === version).reduce((sum, rollup) => sum + rollup.marks, 0)
  expect([marks('1.0.0'), marks('2.0.0')]).toEqual([1, 1])
  for (const { body } of rollups) expect(body.counts.predictions).toBe(1)
})

test('names beyond bounds, and summaries that do not fit, leave the rollup whole', async () => {
  const { send, folds, all } = await opened(await file())
  const numeric = { kind: 'numeric', count: 1, missing: 0, mismatched: 0, failed: 0, nonFinite: 0 } as const
  const category = {
    kind: 'category',
    count: 1,
    missing: 0,
    mismatched: 0,
    failed: 0,
    unseen: 1,
  } as const
  const named = (prefix: string) =>
    Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`${prefix} ${i}`, numeric]))
  await send(
    telemetryBatch([
      { features: { raw: { age: numeric, town: { ...category, categories: { counts: {} } } } } },
    ]),
  )
  for (const prefix of ['a', 'b', 'c']) await send(telemetryBatch([{ features: { raw: named(prefix) } }]))
  await send(
    telemetryBatch([{ features: { raw: { age: { ...category, categories: { counts: { x: 1 } } } } } }]),
  )
  for (let i = 0; i < 40; i++) {
    const counts = Object.fromEntries(Array.from({ length: 60 }, (_, j) => [`${i}-${j}`, 1]))
    await send(telemetryBatch([{ features: { raw: { town: { ...category, categories: { counts } } } } }]))
  }
  await folds.settle()
  const { body } = (await all())[0]!
  expect(Object.keys(body.features!.raw!)).toHaveLength(512)
  expect(body.features!.raw!['age']).toMatchObject({ kind: 'numeric', count: 1 })
  const town = body.features!.raw!['town']!
  expect(town.count).toBe(41)
  if (town.kind !== 'category') throw new TypeError(town.kind)
  expect(Object.keys(town.categories.counts).length).toBeLessThanOrEqual(64)
  expect(body.unmerged).toBe(752 - 512 + 1)
})
