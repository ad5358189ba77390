import { afterEach, beforeEach, expect, test } from 'vitest'

import { createMemoryOutbox } from '../outbox/memory-outbox.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { startTelemetryServer, type TelemetryServer } from '@homing/testkit'
import type { Alone, SendPlatform } from './ports.ts'
import { postBatch } from './post-batch.ts'
import { createSender, type Sender, type SenderDeps } from './sender.ts'

const interval = 60_000
let server: TelemetryServer
let outbox: Outbox
let senders: Sender[]
let now: number
let offline: boolean
/** Who sleeps, until when. */
let sleepers: { until: number; wake: () => void }[]

beforeEach(async () => {
  server = await startTelemetryServer()
  outbox = createMemoryOutbox()
  senders = []
  sleepers = []
  now = 1_800_000_000_000
  offline = false
})
afterEach(async () => {
  for (const sender of senders) sender.close()
  await server.close()
})

const platform: SendPlatform = {
  fetch: (url, init) => fetch(url, init),
  time: () => now,
  random: () => 0.5,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new Error('aborted'))
      const abort = (): void => reject(new Error('aborted'))
      const wake = (): void => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      sleepers.push({ until: now + ms, wake })
      signal?.addEventListener('abort', abort)
    }),
}
/** Lets time pass for all who sleep. */
function advance(ms: number): void {
  now += ms
  const awake = sleepers.filter(({ until }) => until <= now)
  sleepers = sleepers.filter(({ until }) => until > now)
  for (const { wake } of awake) wake()
}
let turn: Promise<unknown> = Promise.resolve()
const alone: Alone = (_name, _signal, work) => {
  const mine = turn.then(work)
  turn = mine.catch(() => undefined)
  return mine
}
const until = async (check: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 1))
}
let batches = 0
const fill = async (): Promise<string> => {
  const id = `batch-${batches++}`
  await outbox.seal('a', false, () => ({ batches: [{ id, body: id, dropped: {} }], marks: [] }), now)
  return id
}
function start(given: Partial<SenderDeps> = {}): Sender {
  const sender = createSender({
    outbox,
    seal: () => Promise.resolve(),
    post: (body, signal) => postBatch(body, { url: server.url, key: 'k' }, platform, signal),
    alone,
    platform,
    interval,
    isOffline: () => offline,
    ...given,
  })
  senders.push(sender)
  return sender
}
const received = (): string[] => server.received.map(({ body }) => body)
/** Whether some sender waits for longer than the gap between two rounds. */
const resting = (): boolean => sleepers.some((sleeper) => sleeper.until > now + 5_000)

/** Lets short waits pass until the senders rest. */
async function settle(): Promise<void> {
  await until(() => {
    if (!resting()) advance(1_000)
    return resting()
  })
}

test('what an earlier visit left goes first, then what is counted in each interval', async () => {
  const first = await fill()
  const sealed: string[] = []
  start({ seal: async () => void (sealed.length < 2 && sealed.push(await fill())) })
  await settle()
  expect(received()).toEqual([first, sealed[0]])
  advance(1.2 * interval)
  await until(() => {
    advance(1_000)
    return received().length === 3
  })
  expect(received()).toEqual([first, ...sealed])
})

test('offline nothing is sent or sealed; coming online hastens it', async () => {
  offline = true
  const id = await fill()
  const sender = start({ seal: () => Promise.reject(new Error('sealed offline')) })
  await settle()
  expect(received()).toEqual([])
  offline = false
  sender.hasten()
  await until(() => {
    advance(1_000)
    return received().length > 0
  })
  expect(received()).toEqual([id])
})

test('after failures it waits, unless it is hastened', async () => {
  const id = await fill()
  await outbox.writePause({ from: now, until: now + 3_600_000, failures: 12, asked: false })
  const sender = start()
  sender.hasten()
  const began = now
  await until(async () => {
    advance(100)
    return (await outbox.waiting()).length === 0
  })
  expect(received()).toEqual([id])
  expect(now - began).toBeLessThan(3_600_000)
})

test('nothing shortens a wait that the server asked for, in no tab and on no later visit', async () => {
  await fill()
  server.answer(() => ({ status: 503, headers: { 'retry-after': '600' } }))
  const sender = start()
  await until(async () => {
    if (server.received.length === 0) advance(1_000)
    return (await outbox.readPause()) !== undefined
  })
  server.answer(() => ({ status: 202 }))
  sender.close()
  const later = start()
  for (let minute = 0; minute < 9; minute++) {
    later.hasten()
    await settle()
    advance(interval)
    await new Promise((resolve) => setTimeout(resolve))
  }
  expect(server.received, 'asked once').toHaveLength(1)
  await until(async () => {
    advance(interval)
    return (await outbox.waiting()).length === 0
  })
  expect(server.received).toHaveLength(2)
})

test('of several tabs one sends at a time: each batch goes once', async () => {
  const ids = [await fill(), await fill(), await fill(), await fill()]
  for (let tab = 0; tab < 4; tab++) start()
  await settle()
  await until(async () => (await outbox.waiting()).length === 0)
  expect(received().sort()).toEqual(ids.sort())
})

test('a sender that is closed in the middle of a request leaves the batch for the next', async () => {
  const id = await fill()
  let arrived = false
  server.answer(() => {
    arrived = true
    return 'hang'
  })
  const dying = start()
  await until(() => {
    if (!arrived) advance(1_000)
    return arrived
  })
  dying.close()
  server.answer(() => ({ status: 202 }))
  start()
  await until(async () => {
    advance(1_000)
    return (await outbox.waiting()).length === 0
  })
  expect(received(), 'twice under one id, which counts once').toEqual([id, id])
})

test('an outbox that breaks ends no sender', async () => {
  let broken = true
  const id = await fill()
  const failing: Outbox = {
    ...outbox,
    readPause: () => (broken ? Promise.reject(new Error('broken')) : outbox.readPause()),
  }
  start({ outbox: failing })
  await settle()
  broken = false
  await until(() => {
    advance(interval)
    return received().includes(id)
  })
})
