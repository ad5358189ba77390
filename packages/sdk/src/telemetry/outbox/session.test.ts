import { beforeEach, expect, test } from 'vitest'

import type { TelemetryGroup } from '@homing/protocol'

import type { Recorded } from '../recorder.ts'
import { createMemoryOutbox } from './memory-outbox.ts'
import { fullGroups } from './config.ts'
import { unavailable } from './outbox-error.ts'
import type { Outbox, Sealed } from './outbox.ts'
import { type CountedFacts, createSession, type Session } from './session.ts'

/** Counts predictions by hour: as much of a recorder as a session sees of one. */
interface Counter extends CountedFacts {
  count(hour?: number): void
}

function counter(): Counter {
  let counts = new Map<number, number>()
  const made = {
    changed: false,
    count(hour = 1) {
      counts.set(hour, (counts.get(hour) ?? 0) + 1)
      made.changed = true
    },
    peek(): Recorded {
      made.changed = false
      const groups = [...counts].map(([hour, predictions]) => ({ hour, counts: { predictions } }))
      return { groups: groups as TelemetryGroup[], events: [], dropped: 0 }
    },
    take(): Recorded {
      const taken = made.peek()
      counts = new Map()
      return taken
    },
    restore(recorded: unknown) {
      for (const { hour, counts: added } of (recorded as Recorded).groups)
        counts.set(hour, (counts.get(hour) ?? 0) + (added.predictions ?? 0))
      made.changed = true
    },
    erase() {
      counts = new Map()
      return Promise.resolve()
    },
    settle: () => Promise.resolve(),
  }
  return made
}

let outbox: Outbox
let alive: Set<string>
let now: number
let batches: number

beforeEach(() => {
  outbox = createMemoryOutbox()
  alive = new Set()
  now = 1_800_000_000_000
  batches = 0
})

const compose = (recorded: Recorded): Sealed => ({
  batches: [{ id: `batch-${batches++}`, body: JSON.stringify(recorded), dropped: {} }],
  marks: [],
})
function open(
  id: string,
  given: { outbox?: Outbox; locks?: boolean } = {},
): Pick<Counter, 'count'> & Session {
  const recorder = counter()
  alive.add(id)
  const lives = (other: string) => Promise.resolve(given.locks === false ? undefined : alive.has(other))
  const sessions = { id, lives }
  const session = createSession({ recorder, outbox, sessions, compose, time: () => now, ...given })
  return { ...session, count: recorder.count }
}
const sum = (recorded: unknown): number =>
  (recorded as Recorded).groups.reduce((total, { counts }) => total + (counts.predictions ?? 0), 0)
/** Predictions in batches, and in what sessions have saved. */
async function counted(): Promise<[inBatches: number, saved: number]> {
  const sealed = (await outbox.waiting()).map(({ body }) => sum(JSON.parse(body)))
  const saved = (await outbox.sessions()).map(({ snapshot }) => sum(snapshot))
  const total = (counts: number[]) => counts.reduce((a, b) => a + b, 0)
  return [total(sealed), total(saved)]
}

test('what is counted is saved by itself, and the memory is what is saved', async () => {
  const session = open('a')
  session.count()
  session.noted()
  while ((await counted())[1] === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  session.count()
  await session.save()
  await session.save()
  expect(await counted()).toEqual([0, 2])
})

test('sealing moves what is counted, saved or not, into a batch; what comes meanwhile stays', async () => {
  const session = open('a')
  session.count()
  await session.save()
  session.count()
  const sealing = session.seal()
  await Promise.resolve()
  await sealing
  session.count()
  await session.save()
  expect(await counted()).toEqual([2, 1])
  await session.seal()
  await session.seal()
  expect(await counted()).toEqual([3, 0])
  expect(await outbox.waiting(), 'nothing counted, no batch').toHaveLength(2)
})

test('the session of a page that died is adopted, by one of those that come', async () => {
  const dying = open('dying')
  dying.count()
  dying.count(2)
  await dying.save()
  alive.delete('dying')
  const heirs = [open('a'), open('b')]
  for (const heir of heirs) heir.count()
  await Promise.all(heirs.map((heir) => heir.adopt()))
  await Promise.all(heirs.map((heir) => heir.seal()))
  expect(await counted()).toEqual([4, 0])
})

test('a session that lives is left alone', async () => {
  const living = open('living')
  living.count()
  await living.save()
  const other = open('other')
  await other.adopt()
  await other.seal()
  expect(await counted()).toEqual([0, 1])
})

test('without locks a session that was silent for long is adopted, and counts nothing twice when it was alive', async () => {
  const silent = open('silent', { locks: false })
  silent.count()
  await silent.save()
  const other = open('other', { locks: false })
  await other.adopt()
  expect(await counted(), 'not so long').toEqual([0, 1])
  now -= 86_400_000 // the clock jumps back: nobody knows how long
  await other.adopt()
  await other.seal()
  expect(await counted()).toEqual([1, 0])
  silent.count()
  await silent.save()
  expect(await counted(), 'what it held is in a batch').toEqual([1, 0])
  silent.count()
  await silent.seal()
  expect(await counted()).toEqual([2, 0])
})

test('a seal that fails loses nothing and counts nothing twice', async () => {
  let broken = true
  const failing: Outbox = {
    ...outbox,
    seal: (...given) => (broken ? Promise.reject(unavailable('broken')) : outbox.seal(...given)),
  }
  const session = open('a', { outbox: failing })
  session.count()
  await session.save()
  await expect(session.seal()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  session.count()
  broken = false
  await session.seal()
  expect(await counted()).toEqual([2, 0])
})

test('consent that another tab withdrew empties this one too', async () => {
  const session = open('a')
  session.count()
  await session.save()
  await outbox.writeConsent('off')
  session.count()
  await session.save()
  await outbox.writeConsent('aggregate')
  await session.seal()
  expect(await counted()).toEqual([0, 0])
})

test('a full aggregate becomes a batch, also where none can be sent', async () => {
  const session = open('a')
  for (let hour = 0; hour < fullGroups; hour++) session.count(hour)
  await session.save()
  expect(await counted()).toEqual([fullGroups, 0])
})

test('erasing forgets what is counted and what waits', async () => {
  const session = open('a')
  session.count()
  await session.seal()
  session.count()
  await session.save()
  session.count()
  await session.erase()
  await session.seal()
  expect(await counted()).toEqual([0, 0])
})

test('a page that closes saves what it has counted', async () => {
  const session = open('a')
  session.count()
  session.noted()
  await session.close()
  expect(await counted()).toEqual([0, 1])
})
