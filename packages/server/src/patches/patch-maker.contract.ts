import { makePatch, type Segment } from '@homing/deltas'
import { afterAll, describe, expect, test } from 'vitest'

import { compressors } from './compressors.ts'
import type { PatchedPair, PatchMaker } from './patch-maker.ts'

const never = new AbortController().signal

/** Two shards of so many numbers, and how they lie. */
function pairOf(count: number): PatchedPair {
  const before = Float32Array.from({ length: count }, (_, i) => Math.sin(i * i))
  const after = before.map((weight, i) => (i % 7 === 0 ? weight * 1.001 : weight))
  const segments: Segment[] = [{ type: 'float32', length: 4 * count, from: 0 }]
  return { base: new Uint8Array(before.buffer), target: new Uint8Array(after.buffer), segments }
}

/** What every patch maker keeps. */
export function patchMakerContract(name: string, maker: PatchMaker): void {
  describe(`patches that ${name} makes`, () => {
    afterAll(() => maker.rest())

    test('are the smallest there are', async () => {
      for (const count of [4, 4_096]) {
        const expected = await makePatch({ ...pairOf(count), compressors })
        expect(await maker.make(pairOf(count), never)).toEqual(expected)
      }
    })

    test('fail with a typed error where the segments do not fit, and the next one is made', async () => {
      const bad: PatchedPair = { ...pairOf(16), segments: [{ type: 'float32', length: 4_000, from: 0 }] }
      await expect(maker.make(bad, never)).rejects.toMatchObject({ code: 'PATCH_INVALID' })
      expect(await maker.make(pairOf(4_096), never)).toBeDefined()
    })

    test('end with an abort in the middle of the work, and the next one is made', async () => {
      const stop = new AbortController()
      const made = maker.make(pairOf(1_000_000), stop.signal)
      setImmediate(() => stop.abort(new Error('enough')))
      await expect(made).rejects.toThrow('enough')
      await expect(maker.make(pairOf(4_096), stop.signal)).rejects.toThrow('enough')
      expect(await maker.make(pairOf(4_096), never)).toBeDefined()
    })

    test('are made after a rest', async () => {
      await maker.rest()
      await maker.rest()
      expect(await maker.make(pairOf(4_096), never)).toBeDefined()
    })
  })
}
