import { addDropped, type BatchHead, byTurn, dropsOf, overflow } from './batch-head.ts'
import { composeSafely } from './compose-safely.ts'
import { type MarkedDays, markedIn, markKey, noteMarks } from './mark-book.ts'
import type { Dropped, Outbox, Pause, SavedSession, SealContext, WaitingBatch } from './outbox.ts'

/** An outbox for as long as this page is there. `reason` says why, where that is not by choice. */
export function createMemoryOutbox(reason?: string): Outbox {
  const sessions = new Map<string, SavedSession>()
  const batches = new Map<string, { head: BatchHead; readonly body: string }>()
  const book = new Map<string, MarkedDays>()
  let order = 0
  let dropped: Dropped = {}
  let pause: Pause | undefined
  let consent: string | undefined

  const heads = (): BatchHead[] => [...batches.values()].map(({ head }) => head)
  const context = (): SealContext => ({ isMarked: markedIn([...book.values()]), dropped })
  const dropAll = (gone: ReturnType<typeof overflow>): void => {
    for (const { head } of gone) batches.delete(head.id)
    dropped = addDropped(dropped, dropsOf(gone))
  }
  const waiting = (): WaitingBatch[] =>
    heads()
      .sort(byTurn)
      .map(({ id, attempts, dropped }) => ({ id, attempts, dropped, body: batches.get(id)!.body }))
  const erase = (): void => {
    sessions.clear()
    batches.clear()
    dropped = {}
  }
  const isGone = (session: string, saved: boolean): boolean =>
    consent === 'off' || (saved && !sessions.has(session))
  const put = (session: string, snapshot: unknown, time: number): void =>
    void sessions.set(session, { session, snapshot: structuredClone(snapshot), time })

  const outbox = {
    save(session, snapshot, saved, now) {
      if (isGone(session, saved)) return false
      put(session, snapshot, now)
      return true
    },
    sessions: () => structuredClone([...sessions.values()]),
    adopt({ session, saved, dead, merge, now }) {
      if (isGone(session, saved)) return undefined
      const found = dead.flatMap((id) => sessions.get(id)?.snapshot ?? [])
      if (found.length === 0) return false
      put(session, merge(structuredClone(found)), now)
      for (const id of dead) sessions.delete(id)
      return true
    },
    seal(session, saved, compose, now) {
      if (isGone(session, saved)) return false
      const sealed = composeSafely(compose, context())
      sessions.delete(session)
      dropped = sealed.left
      for (const { id, body, dropped } of sealed.batches) {
        const head = { id, order: ++order, bytes: body.length, made: now, attempts: 0, dropped }
        batches.set(id, { head, body })
      }
      const { changed, forgotten } = noteMarks([...book.values()], sealed.marks)
      for (const entry of forgotten) book.delete(markKey(entry))
      for (const entry of changed) book.set(markKey(entry), entry)
      dropAll(overflow(heads(), now))
      return true
    },
    context,
    next(now) {
      dropAll(overflow(heads(), now))
      return waiting()[0]
    },
    waiting,
    acknowledge: (id) => void batches.delete(id),
    drop(id, reason) {
      const batch = batches.get(id)
      if (batch) dropAll([{ head: batch.head, reason }])
    },
    fail(id) {
      const batch = batches.get(id)
      if (batch) batch.head = { ...batch.head, attempts: batch.head.attempts + 1 }
    },
    makeRoom() {
      const [first] = heads().sort((a, b) => a.order - b.order)
      if (first) dropAll([{ head: first, reason: 'storage' }])
      return first !== undefined
    },
    readPause: () => pause,
    writePause: (next) => void (pause = next),
    readConsent: () => consent,
    writeConsent(level) {
      consent = level
      if (level === 'off') erase()
    },
    erase,
    status: () => ({
      kind: 'memory',
      reason,
      batches: batches.size,
      bytes: heads().reduce((sum, head) => sum + head.bytes, 0),
      dropped,
      pause,
    }),
    close: () => undefined,
  } satisfies Synchronous<Outbox>
  return asynchronous(outbox)
}

/** The same methods, each at once. */
type Synchronous<T> = {
  [K in keyof T]: T[K] extends (...given: infer A) => Promise<infer R> ? (...given: A) => R : never
}

function asynchronous(outbox: Synchronous<Outbox>): Outbox {
  const methods = Object.entries(outbox).map(([name, method]) => [
    name,
    async (...given: never[]) => method(...given),
  ])
  return Object.fromEntries(methods) as Outbox
}
