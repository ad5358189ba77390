import type { TelemetryBatch } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import {
  predictionsIn,
  startTelemetryEndpoint,
  type TelemetryEndpoint,
} from '../../test/telemetry-endpoint.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { databaseName } from '../store/open-store.ts'
import { indexedDbOutbox } from '../telemetry/outbox/indexed-db-outbox.ts'
import { outboxDatabase } from '../telemetry/outbox/outbox-database.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'

// Each client has a host worker of its own and shares database and locks with the others, as tabs do.
const input = { x: floats([1, 2, 3, 4], [1, 4]) }
let repository: BrowserRepository
let server: TelemetryEndpoint
let tabs: Homing[]

beforeEach(async () => {
  repository = await startBrowserRepository()
  server = await startTelemetryEndpoint()
  tabs = []
  await repository.publish([{ request: denseOnnxRequest([], { version: '1.0.0', bias: 0 }) }])
})
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.close()))
  await Promise.all([repository.stop(), server.stop()])
})

/** A tab whose host worker is not started again once it is killed: it has died then. */
interface Tab {
  readonly homing: Homing
  kill(): void
}
function open(): Tab {
  let worker: Worker | undefined
  const host = (): Worker => {
    if (worker) throw new Error('This tab is dead')
    return (worker = new Worker(new URL('./host-worker.ts', import.meta.url), { type: 'module' }))
  }
  const homing = createClient({
    repository: repository.url,
    root: repository.root,
    app: 'test',
    pollInterval: 0,
    telemetry: { url: server.url, key: 'a-key', interval: 100 },
    workers: { host },
  })
  tabs.push(homing)
  return { homing, kill: () => worker?.terminate() }
}
const model = ({ homing }: Tab): Promise<Model> => homing.model('tiny', { backends: ['wasm'] })
const predict = async (tab: Tab, times: number): Promise<void> => {
  const opened = await model(tab)
  for (let call = 0; call < times; call++) await opened.predict(input)
}
const until = async (check: () => Promise<boolean>): Promise<void> => {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 20))
}
const counted = async (): Promise<number> => predictionsIn(await server.counted())
/** Predictions on the device's disk, in what sessions have saved and in batches that wait: no kill can take them. */
async function persisted(): Promise<number> {
  const database = await outboxDatabase(indexedDB, `${await databaseName(repository.root)}-telemetry-test`)
  try {
    const outbox = indexedDbOutbox(database)
    const saved = (await outbox.sessions()).map(({ snapshot }) => snapshot as TelemetryBatch)
    const waiting = (await outbox.waiting()).map(({ body }) => JSON.parse(body) as TelemetryBatch)
    return predictionsIn([...saved, ...waiting])
  } finally {
    await database.close()
  }
}

test('offline for a while, tabs killed, several tabs: each persisted prediction is counted exactly once', async () => {
  await server.answer('cut')
  const [first, second, third] = [open(), open(), open()]
  await Promise.all([predict(first, 5), predict(second, 7), predict(third, 11)])
  await first.homing.close()
  await until(async () => (await persisted()) === 23)
  second.kill()
  third.kill()

  await server.answer({ status: 202 })
  const later = open()
  await predict(later, 1)
  await until(async () => (await counted()) >= 24)
  await later.homing.telemetry.status()
  expect(await counted()).toBe(24)
})

test('a batch whose acknowledgement is lost is sent again under its id, and counts once', async () => {
  await server.answer('cut', 4)
  const tab = open()
  await predict(tab, 3)
  await until(async () => {
    const { waiting } = await tab.homing.telemetry.status()
    const received = await server.received()
    return received.length > 0 && waiting.batches === 0
  })
  const ids = (await server.received()).map(({ id }) => id)
  expect(new Set(ids).size).toBeLessThan(ids.length)
  expect(await counted()).toBe(3)
})

test('a kill loses at most the last second', async ({ annotate }) => {
  await server.answer('cut')
  const dying = open()
  const opened = await model(dying)
  /** When each prediction was answered. */
  const answered: number[] = []
  const began = performance.now()
  while (performance.now() - began < 2_500) {
    await opened.predict(input)
    answered.push(performance.now())
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  dying.kill()
  const killed = performance.now()
  await server.answer({ status: 202 })
  const later = open()
  await predict(later, 1)
  await until(
    async () => (await counted()) > 1 && (await later.homing.telemetry.status()).waiting.batches === 0,
  )
  const survived = (await counted()) - 1
  const lost = answered.slice(survived)
  const span = lost.length === 0 ? 0 : killed - lost[0]!
  await annotate(`${lost.length} of ${answered.length} lost, of the last ${Math.round(span)} ms`)
  expect(survived).toBeLessThanOrEqual(answered.length)
  expect(survived, 'what was older had been saved').toBeGreaterThan(0)
})
