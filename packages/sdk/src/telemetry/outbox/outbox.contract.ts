import { describe, expect, test } from 'vitest'

import { maxAttempts, maxBatchAge, maxBatches, maxMarks, maxWaitingBytes } from './config.ts'
import type { Compose, Dropped, FirstMark, Outbox } from './outbox.ts'

const now = 1_800_000_000_000
const mark = (day: number): FirstMark => ({ model: 'digits', version: '1.0.0', day })

let made = 0
/** One batch that holds `count`, marked for the days that are not. */
const batchOf =
  (count: number, days: readonly number[] = [1]): Compose =>
  ({ isMarked, dropped }) => {
    const marks = days.map(mark).filter((day) => !isMarked(day))
    const body = JSON.stringify({ count, days: marks.map(({ day }) => day), dropped })
    return { batches: [{ id: `batch-${made++}`, body, dropped }], marks }
  }
const seal = async (outbox: Outbox, count = 1, time = now, days?: readonly number[]): Promise<void> =>
  void (await outbox.seal('session', false, batchOf(count, days), time))
const bodies = async (outbox: Outbox) =>
  (await outbox.waiting()).map(
    ({ body }) => JSON.parse(body) as { count: number; days: number[]; dropped: Dropped },
  )
const counts = async (outbox: Outbox): Promise<number[]> => (await bodies(outbox)).map(({ count }) => count)

/** What every `Outbox` guarantees. `open` gives a fresh, empty one. */
export function outboxContract(name: string, open: () => Promise<Outbox>): void {
  describe(`outbox contract: ${name}`, () => {
    test('a session saves its aggregate in the place of the one before, and seals it with a batch', async () => {
      const outbox = await open()
      expect(await outbox.save('a', { count: 1 }, false, now)).toBe(true)
      expect(await outbox.save('a', { count: 2 }, true, now + 1)).toBe(true)
      expect(await outbox.save('b', { count: 5 }, false, now)).toBe(true)
      expect(await outbox.sessions()).toEqual([
        { session: 'a', snapshot: { count: 2 }, time: now + 1 },
        { session: 'b', snapshot: { count: 5 }, time: now },
      ])
      expect(await outbox.seal('a', true, batchOf(2), now)).toBe(true)
      expect((await outbox.sessions()).map(({ session }) => session)).toEqual(['b'])
      expect(await counts(outbox)).toEqual([2])
    })

    test('what is saved and given out stays as it is when its holder changes it', async () => {
      const outbox = await open()
      const snapshot = { count: 1 }
      await outbox.save('a', snapshot, false, now)
      snapshot.count = 100
      Object.assign((await outbox.sessions())[0]!.snapshot as object, { count: 1000 })
      expect((await outbox.sessions())[0]!.snapshot).toEqual({ count: 1 })
    })

    test('a session that was adopted alive is told so, and counts nothing twice', async () => {
      const outbox = await open()
      await outbox.save('a', { count: 1 }, false, now)
      const merge = (snapshots: unknown[]) => ({ count: 10, of: snapshots })
      const adoption = { session: 'b', saved: false, dead: ['a', 'unknown'], merge, now }
      expect(await outbox.adopt(adoption)).toBe(true)
      expect(await outbox.adopt({ ...adoption, saved: true }), 'nothing is left').toBe(false)
      expect(await outbox.adopt({ ...adoption, session: 'a', saved: true })).toBeUndefined()
      const adopted = { session: 'b', snapshot: { count: 10, of: [{ count: 1 }] }, time: now }
      expect(await outbox.sessions()).toEqual([adopted])
      expect(await outbox.save('a', { count: 2 }, true, now)).toBe(false)
      expect(await outbox.seal('a', true, batchOf(2), now)).toBe(false)
      expect(await outbox.sessions()).toEqual([adopted])
      expect(await outbox.waiting()).toEqual([])
    })

    test('of tabs that adopt a dead session at once one gets it', async () => {
      const outbox = await open()
      await outbox.save('dead', { count: 1 }, false, now)
      const heirs = ['a', 'b', 'c']
      await Promise.all(
        heirs.map((session) =>
          outbox.adopt({ session, saved: false, dead: ['dead'], merge: ([snapshot]) => snapshot, now }),
        ),
      )
      expect((await outbox.sessions()).map(({ snapshot }) => snapshot)).toEqual([{ count: 1 }])
    })

    test('batches go oldest first, but one that fails gives way to the others', async () => {
      const outbox = await open()
      await seal(outbox, 1)
      await seal(outbox, 2)
      const [first, second] = await outbox.waiting()
      expect(await outbox.next(now)).toEqual(first)
      await outbox.fail(first!.id)
      expect(await outbox.next(now)).toEqual(second)
      await outbox.fail(second!.id)
      expect(await outbox.next(now)).toEqual({ ...first, attempts: 1 })
      await outbox.acknowledge(first!.id)
      await outbox.acknowledge(first!.id)
      expect((await outbox.waiting()).map(({ id }) => id)).toEqual([second!.id])
    })

    test('a batch that fails again and again is dropped', async () => {
      const outbox = await open()
      await seal(outbox)
      const { id } = (await outbox.next(now))!
      for (let attempt = 0; attempt < maxAttempts; attempt++) await outbox.fail(id)
      expect(await outbox.next(now)).toBeUndefined()
      expect((await outbox.status()).dropped).toEqual({ refused: 1 })
    })

    test('drops are reported by the next batch, and again when that one is dropped itself', async () => {
      const outbox = await open()
      await seal(outbox)
      await outbox.drop((await outbox.next(now))!.id, 'refused')
      await outbox.drop('unknown', 'refused')
      await seal(outbox)
      const [reporting] = await bodies(outbox)
      expect(reporting!.dropped).toEqual({ refused: 1 })
      expect((await outbox.status()).dropped, 'reported once').toEqual({})
      expect(await outbox.makeRoom()).toBe(true)
      expect((await outbox.status()).dropped).toEqual({ refused: 1, storage: 1 })
      expect(await outbox.makeRoom()).toBe(false)
    })

    test('batches are bounded by count, the oldest go', async () => {
      const outbox = await open()
      for (let count = 1; count <= maxBatches + 2; count++) await seal(outbox, count)
      expect((await counts(outbox))[0]).toBe(3)
      expect((await bodies(outbox)).at(-1)!.dropped, 'the first of the drops').toEqual({ count: 1 })
      expect(await outbox.status()).toMatchObject({ batches: maxBatches, dropped: { count: 1 } })
    })

    test('batches are bounded by bytes', async () => {
      const outbox = await open()
      const body = ' '.repeat(maxWaitingBytes / 2)
      for (const id of ['a', 'b', 'c'])
        await outbox.seal('session', false, () => ({ batches: [{ id, body, dropped: {} }], marks: [] }), now)
      expect((await outbox.waiting()).map(({ id }) => id)).toEqual(['b', 'c'])
      expect(await outbox.status()).toMatchObject({ bytes: maxWaitingBytes, dropped: { bytes: 1 } })
    })

    test('batches are bounded by age, and a clock that jumps backwards makes none old', async () => {
      const outbox = await open()
      await seal(outbox, 1, now)
      await seal(outbox, 2, now - 10 * maxBatchAge)
      expect(await outbox.next(now - 10 * maxBatchAge)).toBeDefined()
      expect(await counts(outbox)).toEqual([1, 2])
      await outbox.next(now + maxBatchAge)
      expect(await counts(outbox)).toEqual([1])
      expect(await outbox.next(now + maxBatchAge + 1)).toBeUndefined()
      expect((await outbox.status()).dropped).toEqual({ age: 2 })
    })

    test('a mark is made once for a model, version and day, whatever the clock does', async () => {
      const outbox = await open()
      for (const day of [1, 1, 2, 9_999, 1, 2]) await seal(outbox, 1, now, [day])
      expect((await bodies(outbox)).flatMap(({ days }) => days)).toEqual([1, 2, 9_999])
      await outbox.erase()
      const { isMarked } = await outbox.context()
      expect(isMarked(mark(1)), 'also after an erasure').toBe(true)
      expect(isMarked({ ...mark(1), version: '1.1.0' })).toBe(false)
    })

    test('marks are bounded', async () => {
      const outbox = await open()
      const days = Array.from({ length: maxMarks + 1 }, (_, day) => day)
      await seal(outbox, 1, now, days)
      const { isMarked } = await outbox.context()
      expect(days.filter((day) => isMarked(mark(day)))).toEqual(days.slice(1))
    })

    test('what no batch can be made of is dropped and counted, and holds nothing up', async () => {
      const outbox = await open()
      const damaged: Compose = () => {
        throw new TypeError('damaged')
      }
      await outbox.save('a', { count: 1 }, false, now)
      expect(await outbox.seal('a', true, damaged, now)).toBe(true)
      await seal(outbox, 2)
      expect(await bodies(outbox)).toEqual([{ count: 2, days: [1], dropped: { damaged: 1 } }])
    })

    test('where no batch is made, drops are still to be reported', async () => {
      const outbox = await open()
      await seal(outbox)
      await outbox.makeRoom()
      await outbox.seal('session', false, () => ({ batches: [], marks: [] }), now)
      expect((await outbox.status()).dropped).toEqual({ storage: 1 })
    })

    test('withdrawn consent deletes everything, and nothing is kept until it is given again', async () => {
      const outbox = await open()
      expect(await outbox.readConsent()).toBeUndefined()
      await seal(outbox)
      await outbox.save('a', { count: 1 }, false, now)
      await outbox.writeConsent('off')
      expect(await outbox.readConsent()).toBe('off')
      expect(await outbox.save('a', { count: 1 }, true, now)).toBe(false)
      expect(await outbox.seal('b', false, batchOf(1), now)).toBe(false)
      expect(await outbox.sessions()).toEqual([])
      expect(await outbox.status()).toMatchObject({ batches: 0, bytes: 0, dropped: {} })
      await outbox.writeConsent('aggregate')
      expect(await outbox.save('a', { count: 1 }, true, now), 'what it held was of before').toBe(false)
      expect(await outbox.save('a', { count: 1 }, false, now)).toBe(true)
    })

    test('a pause is kept until it is lifted', async () => {
      const outbox = await open()
      const pause = { from: now, until: now + 1, failures: 1, asked: true }
      await outbox.writePause(pause)
      expect(await outbox.readPause()).toEqual(pause)
      expect((await outbox.status()).pause).toEqual(pause)
      await outbox.writePause(undefined)
      expect(await outbox.readPause()).toBeUndefined()
    })
  })
}
