import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { BatchRepository, NewBatch } from './batch-repository.ts'

const batch = (id: string, app = 'shop', hour = 500_000): NewBatch => ({
  app,
  id,
  hour,
  body: new Uint8Array([31, 139, ...Buffer.from(id)]),
})

/** A repository, and what marks its batches as folded. */
export interface BatchesUnderTest {
  readonly batches: BatchRepository
  fold(seqs: readonly number[]): Promise<void>
}

/** The guarantees of `BatchRepository`, held by every adapter. `open` gives two connections to one empty database. */
export function batchContract(
  name: string,
  open: () => Promise<readonly [BatchesUnderTest, BatchesUnderTest]>,
): void {
  describe(`${name} as a repository of batches`, () => {
    test('gives back what was added, byte for byte, in the order in which it came', async () => {
      const [{ batches: one }, { batches: other }] = await open()
      const [first, second] = await one.add([batch('a'), batch('b', 'cinema')])
      const [third] = await other.add([batch('c')])
      expect(await other.unfolded(0, 10)).toEqual([first, second, third])
      expect(await one.unfolded(first!, 1)).toEqual([second])
      expect(await one.backlog()).toBe(3)
      expect(await one.read([third!, first!])).toEqual([
        { seq: first, ...batch('a') },
        { seq: third, ...batch('c') },
      ])
      expect(await one.read([])).toEqual([])
    })

    test('takes an id of an app once, whoever brings it when', async () => {
      const id = fc.constantFrom('a', 'b', 'c', 'd')
      const app = fc.constantFrom('shop', 'cinema')
      const list = fc.array(fc.record({ id, app }), { minLength: 1, maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ by: fc.nat({ max: 1 }), list }), { maxLength: 8 }),
          async (steps) => {
            const connections = await open()
            const known = new Set<string>()
            for (const { by, list: sent } of steps) {
              const seqs = await connections[by]!.batches.add(sent.map(({ id, app }) => batch(id, app)))
              const expected = sent.map(({ id, app }) => {
                const isNew = !known.has(app + id)
                known.add(app + id)
                return isNew
              })
              expect(seqs.map((seq) => seq !== undefined)).toEqual(expected)
            }
            expect(await connections[0].batches.backlog()).toBe(known.size)
          },
        ),
        { numRuns: 15 },
      )
    })

    test('knows what is folded, and reads it no more', async () => {
      const [{ batches, fold }] = await open()
      const [a, b] = await batches.add([batch('a'), batch('b')])
      await fold([a!])
      expect(await batches.unfolded(0, 10)).toEqual([b])
      expect((await batches.read([a!, b!])).map(({ seq }) => seq)).toEqual([b])
      expect(await batches.add([batch('a')])).toEqual([undefined])
    })

    test('erases and forgets what is old and folded, a piece at a time', async () => {
      const [{ batches, fold }] = await open()
      const [a, b, c, d] = await batches.add([
        batch('a', 'shop', 10),
        batch('b', 'shop', 11),
        batch('c', 'shop', 12),
        batch('d', 'shop', 10),
      ])
      await fold([a!, b!, c!])
      expect(await batches.eraseBodies(12, 1)).toBe(1)
      expect(await batches.eraseBodies(12, 10)).toBe(1)
      expect(await batches.eraseBodies(12, 10)).toBe(0)
      expect(await batches.add([batch('a'), batch('b')])).toEqual([undefined, undefined])
      expect(await batches.forget(11, 10)).toBe(1)
      expect(await batches.add([batch('a'), batch('b')])).toEqual([expect.any(Number), undefined])
      expect((await batches.read([d!])).map(({ body }) => body)).toEqual([batch('d').body]) // not folded: kept
    })
  })
}
