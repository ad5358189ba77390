import { describe, expect, test } from 'vitest'

import type { BatchRepository } from './batch-repository.ts'
import type { Rollup, RollupRepository } from './rollup-repository.ts'

const rollup = (changed: Partial<Rollup> = {}): Rollup => ({
  release: 0,
  span: 1,
  hour: 500_000,
  app: 'shop',
  model: 'digits',
  version: '1.0.0',
  variant: 'fp32',
  backend: 'wasm',
  browser: 'chrome 131',
  slice: '{}',
  revision: 0,
  marks: 1,
  batches: 1,
  body: '{"counts":{"predictions":50}}',
  ...changed,
})

/** Rollups, and the batches that are folded into them. */
export interface RollupsUnderTest {
  readonly rollups: RollupRepository
  readonly batches: BatchRepository
}

/** The guarantees of `RollupRepository`, held by every adapter. `open` gives two connections to one empty database. */
export function rollupContract(
  name: string,
  open: () => Promise<readonly [RollupsUnderTest, RollupsUnderTest]>,
): void {
  const add = async ({ batches }: RollupsUnderTest, ids: readonly string[]): Promise<number[]> => {
    const added = await batches.add(
      ids.map((id) => ({ app: 'shop', id, hour: 1, body: new Uint8Array([1]) })),
    )
    return added.map((seq) => seq!)
  }

  describe(`${name} as a repository of rollups`, () => {
    test('gives back what was written, to every connection, by its place', async () => {
      const [{ rollups: one }, { rollups: other }] = await open()
      const places = [rollup(), rollup({ slice: '{"plan":"pro"}' }), rollup({ hour: 499_999 })]
      expect(await one.change({ written: places })).toBe('done')
      const stored = places.map((place) => ({ ...place, revision: 1 }))
      expect(await other.find([places[0]!])).toEqual([stored[0]])
      expect(await other.find([rollup({ span: 24 })])).toEqual([])
      const heads = await other.heads({ app: 'shop', from: 499_999, before: 500_000 })
      const { body: _body, ...head } = stored[2]!
      expect(heads).toEqual([head])
      expect(await other.heads({ released: true })).toEqual([])
      expect(await other.count('shop', 500_000)).toBe(2)
      expect(await other.count('cinema', 500_000)).toBe(0)
      expect(
        (await other.heads({ released: false, span: 1, model: 'digits' })).map(({ hour }) => hour),
      ).toEqual([499_999, 500_000, 500_000])
    })

    test('folds each batch once, with its rollups, or neither', async () => {
      const [one, other] = await open()
      const [a, b] = await add(one, ['a', 'b'])
      expect(await one.rollups.change({ folds: [a!], written: [rollup()] })).toBe('done')
      const second = { ...rollup(), revision: 1, batches: 3 }
      expect(await other.rollups.change({ folds: [a!, b!], written: [second] })).toBe('folded')
      expect(await one.rollups.find([rollup()])).toEqual([{ ...rollup(), revision: 1 }])
      expect(await one.batches.unfolded(0, 10)).toEqual([b])
      expect(await other.rollups.change({ folds: [b!], written: [{ ...second, batches: 2 }] })).toBe('done')
      expect(await one.rollups.find([rollup()])).toEqual([{ ...rollup(), revision: 2, batches: 2 }])
    })

    test('refuses what was made of an older state, and then folds nothing', async () => {
      const [one, other] = await open()
      const [a] = await add(one, ['a'])
      await one.rollups.change({ written: [rollup()] })
      expect(await other.rollups.change({ folds: [a!], written: [rollup({ hour: 1 }), rollup()] })).toBe(
        'changed',
      )
      const stale = rollup({ revision: 7 })
      expect(await other.rollups.change({ folds: [a!], written: [rollup({ hour: 1 }), stale] })).toBe(
        'changed',
      )
      expect(await other.rollups.change({ removed: [stale], written: [] })).toBe('changed')
      expect(await one.batches.unfolded(0, 10)).toEqual([a])
      expect(await one.rollups.heads({})).toHaveLength(1)
    })

    test('puts rollups in the place of others at once', async () => {
      const [{ rollups }] = await open()
      await rollups.change({ written: [rollup(), rollup({ hour: 500_001 })] })
      const removed = await rollups.heads({})
      const day = rollup({ span: 24, hour: 499_992, batches: 2 })
      expect(await rollups.change({ removed, written: [day] })).toBe('done')
      expect(await rollups.heads({})).toMatchObject([{ span: 24, batches: 2 }])
    })

    test('releases rollups together, unless one of them was changed', async () => {
      const [{ rollups: one }, { rollups: other }] = await open()
      await one.change({ written: [rollup(), rollup({ hour: 500_001 }), rollup({ hour: 500_002 })] })
      const heads = await one.heads({})
      await other.change({ written: [{ ...rollup({ hour: 500_002 }), revision: 1 }] })
      expect(await one.release(heads, { app: 'shop' })).toBeUndefined()
      expect(await one.heads({ released: true })).toEqual([])
      const release = (await one.release(heads.slice(0, 2), { app: 'shop' }))!
      expect(release).toBeGreaterThan(0)
      expect(await other.heads({ released: true })).toMatchObject([{ release }, { release }])
      expect(await other.release(await other.heads({ released: false }), {})).toBeGreaterThan(release)
      expect(await one.change({ written: [rollup()] })).toBe('done') // what comes later is open again
      expect(await one.find([rollup({ release })])).toMatchObject([{ body: rollup().body }])
    })

    test('takes as many batches and rollups as a fold has', async () => {
      const [one] = await open()
      const seqs = await add(
        one,
        Array.from({ length: 3_000 }, (_, i) => String(i)),
      )
      const written = Array.from({ length: 1_200 }, (_, i) => rollup({ hour: i }))
      expect(await one.rollups.change({ folds: seqs, written })).toBe('done')
      expect(await one.batches.backlog()).toBe(0)
      expect(await one.rollups.find(written)).toHaveLength(1_200)
    })
  })
}
