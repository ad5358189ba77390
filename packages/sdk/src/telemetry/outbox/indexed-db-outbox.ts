import { addDropped, type BatchHead, byTurn, dropsOf, overflow } from './batch-head.ts'
import { composeSafely } from './compose-safely.ts'
import { markedIn, markKey, noteMarks } from './mark-book.ts'
import type { OutboxTable, OutboxTransaction, OutboxTransactions } from './outbox-database.ts'
import type { Compose, Dropped, Outbox, Pause, SealContext, WaitingBatch } from './outbox.ts'

const batchTables: OutboxTable[] = ['batches', 'bodies', 'notes']
const allTables: OutboxTable[] = [...batchTables, 'sessions', 'marks', 'pending']

/** An outbox in telemetry's database, which all tabs share. */
export function indexedDbOutbox({ during, close }: OutboxTransactions): Outbox {
  const readNote = <T>(name: string): Promise<T | undefined> =>
    during(['notes'], (transaction) => noteIn<T>(transaction, name))

  return {
    save: (session, snapshot, saved, time) =>
      during(['sessions', 'notes'], async (transaction) => {
        if (await isGone(transaction, session, saved)) return false
        await transaction.objectStore('sessions').put({ session, snapshot, time })
        return true
      }),
    sessions: () => during(['sessions'], (transaction) => transaction.objectStore('sessions').getAll()),
    adopt: ({ session, saved, dead, merge, now }) =>
      during(['sessions', 'notes'], async (transaction) => {
        if (await isGone(transaction, session, saved)) return undefined
        const sessions = transaction.objectStore('sessions')
        const found = await Promise.all(dead.map((id) => sessions.get(id)))
        const snapshots = found.flatMap((saved) => (saved ? [saved.snapshot] : []))
        if (snapshots.length === 0) return false
        await sessions.put({ session, snapshot: merge(snapshots), time: now })
        for (const id of dead) await sessions.delete(id)
        return true
      }),
    // Strict: what has been sent must never be found unsealed, and be sealed again under another id.
    seal: (session, saved, compose, now) =>
      during(
        allTables,
        async (transaction) => {
          if (await isGone(transaction, session, saved)) return false
          await sealIn(transaction, session, compose, now)
          return true
        },
        'strict',
      ),
    context: () => during(['marks', 'notes'], contextIn),
    next: (now) =>
      during(batchTables, async (transaction) => {
        await dropIn(transaction, overflow(await headsIn(transaction), now))
        const [head] = (await headsIn(transaction)).sort(byTurn)
        return head && batchOf(transaction, head)
      }),
    waiting: () =>
      during(batchTables, async (transaction) => {
        const heads = (await headsIn(transaction)).sort(byTurn)
        return Promise.all(heads.map((head) => batchOf(transaction, head)))
      }),
    acknowledge: (id) => during(batchTables, (transaction) => deleteBatch(transaction, id)),
    drop: (id, reason) =>
      during(batchTables, async (transaction) => {
        const head = await transaction.objectStore('batches').get(id)
        if (head) await dropIn(transaction, [{ head, reason }])
      }),
    fail: (id) =>
      during(['batches'], async (transaction) => {
        const head = await transaction.objectStore('batches').get(id)
        if (head) await transaction.objectStore('batches').put({ ...head, attempts: head.attempts + 1 }, id)
      }),
    makeRoom: () =>
      during(batchTables, async (transaction) => {
        const [head] = (await headsIn(transaction)).sort((a, b) => a.order - b.order)
        if (head) await dropIn(transaction, [{ head, reason: 'storage' }])
        return head !== undefined
      }),
    readPause: () => readNote<Pause>('pause'),
    writePause: (pause) =>
      during(['notes'], async (transaction) => {
        const notes = transaction.objectStore('notes')
        await (pause ? notes.put(pause, 'pause') : notes.delete('pause'))
      }),
    readConsent: () => readNote<string>('consent'),
    writeConsent: (level) =>
      during(allTables, async (transaction) => {
        await transaction.objectStore('notes').put(level, 'consent')
        if (level === 'off') await eraseIn(transaction)
      }),
    erase: () => during(allTables, eraseIn),
    status: () =>
      during(['batches', 'notes'], async (transaction) => {
        const heads = await headsIn(transaction)
        return {
          kind: 'indexeddb',
          batches: heads.length,
          bytes: heads.reduce((sum, head) => sum + head.bytes, 0),
          dropped: await droppedIn(transaction),
          pause: await noteIn<Pause>(transaction, 'pause'),
        }
      }),
    close,
  }
}

async function isGone(transaction: OutboxTransaction, session: string, saved: boolean): Promise<boolean> {
  if ((await noteIn(transaction, 'consent')) === 'off') return true
  return saved && (await transaction.objectStore('sessions').count(session)) === 0
}

async function sealIn(
  transaction: OutboxTransaction,
  session: string,
  compose: Compose,
  now: number,
): Promise<void> {
  const heads = await headsIn(transaction)
  const book = await transaction.objectStore('marks').getAll()
  const sealed = composeSafely(compose, await contextIn(transaction))
  await transaction.objectStore('sessions').delete(session)
  await transaction.objectStore('notes').put(sealed.left, 'dropped')
  let order = Math.max(0, ...heads.map((head) => head.order))
  for (const { id, body, dropped } of sealed.batches) {
    const head = { id, order: ++order, bytes: body.length, made: now, attempts: 0, dropped }
    await transaction.objectStore('batches').put(head, id)
    await transaction.objectStore('bodies').put(body, id)
  }
  const { changed, forgotten } = noteMarks(book, sealed.marks)
  for (const entry of forgotten) await transaction.objectStore('marks').delete(markKey(entry))
  for (const entry of changed) await transaction.objectStore('marks').put(entry, markKey(entry))
  await dropIn(transaction, overflow(await headsIn(transaction), now))
}

const headsIn = (transaction: OutboxTransaction): Promise<BatchHead[]> =>
  transaction.objectStore('batches').getAll()

async function noteIn<T>(transaction: OutboxTransaction, name: string): Promise<T | undefined> {
  return (await transaction.objectStore('notes').get(name)) as T | undefined
}

async function droppedIn(transaction: OutboxTransaction): Promise<Dropped> {
  return (await noteIn<Dropped>(transaction, 'dropped')) ?? {}
}

async function contextIn(transaction: OutboxTransaction): Promise<SealContext> {
  const isMarked = markedIn(await transaction.objectStore('marks').getAll())
  return { isMarked, dropped: await droppedIn(transaction) }
}

async function batchOf(transaction: OutboxTransaction, head: BatchHead): Promise<WaitingBatch> {
  const { id, attempts, dropped } = head
  return { id, attempts, dropped, body: (await transaction.objectStore('bodies').get(id)) ?? '' }
}

async function deleteBatch(transaction: OutboxTransaction, id: string): Promise<void> {
  await transaction.objectStore('batches').delete(id)
  await transaction.objectStore('bodies').delete(id)
}

/** Drops batches, and counts that. */
async function dropIn(transaction: OutboxTransaction, gone: ReturnType<typeof overflow>): Promise<void> {
  if (gone.length === 0) return
  for (const { head } of gone) await deleteBatch(transaction, head.id)
  const dropped = addDropped(await droppedIn(transaction), dropsOf(gone))
  await transaction.objectStore('notes').put(dropped, 'dropped')
}

async function eraseIn(transaction: OutboxTransaction): Promise<void> {
  for (const table of ['sessions', 'batches', 'bodies', 'pending'] as const)
    await transaction.objectStore(table).clear()
  await transaction.objectStore('notes').delete('dropped')
}
