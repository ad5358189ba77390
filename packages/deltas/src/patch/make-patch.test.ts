import { sha256Hex } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { cases } from '../../test/arbitraries.ts'
import { applyPatch } from './apply-patch.ts'
import { makePatch } from './make-patch.ts'

const floats = Float32Array.from({ length: 20_000 }, (_, i) => Math.sin(i * i))
const bytesOf = (numbers: ArrayLike<number>) => new Uint8Array(Float32Array.from(numbers).buffer)
const segments = [{ type: 'float32' as const, length: 80_000, from: 0 }]

describe('the smallest patch', () => {
  test('makes the target, whatever it is, or is left out where it saves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const patch = await makePatch(one)
        if (!patch) return
        expect(patch.bytes.length).toBeLessThan(one.target.length)
        const expected = { sha256: await sha256Hex(one.target), size: one.target.length }
        expect(await applyPatch({ patch: [patch.bytes], base: one.base, expected })).toEqual(one.target)
      }),
      { numRuns: 60 },
    )
  })

  test('codes small changes of all numbers as differences', async () => {
    const target = bytesOf(floats.map((value) => value * 1.00001))
    const patch = await makePatch({ base: bytesOf(floats), target, segments })
    expect(patch).toMatchObject({ method: 'difference', codec: 'arithmetic' })
    expect(patch!.bytes.length).toBeLessThan(30_000)
  })

  test('of a changed range costs little more than the range', async () => {
    const target = bytesOf(floats)
    target.set(
      Uint8Array.from({ length: 400 }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 255),
      40_000,
    )
    const patch = await makePatch({ base: bytesOf(floats), target, segments })
    expect(patch!.bytes.length).toBeLessThan(400 + 88 + 48)
  })

  test('finds rows that were moved, told by the tensors they are in', async () => {
    const base = bytesOf([...floats.subarray(10_000), ...floats.subarray(0, 10_000)])
    const moved = [
      { type: 'float32' as const, length: 40_000, from: 40_000 },
      { type: 'float32' as const, length: 40_000, from: 0 },
    ]
    const patch = await makePatch({ base, target: bytesOf(floats), segments: moved })
    expect(patch!.bytes.length).toBeLessThan(120)
  })

  test('uses zstd where the publisher has it and it is the smallest', async () => {
    const target = new TextEncoder().encode('the same words again and again, '.repeat(100))
    const zstd = (): Promise<Uint8Array> => Promise.resolve(Uint8Array.of(1))
    const patch = await makePatch({
      target,
      segments: [{ type: 'uint8', length: target.length }],
      compressors: { zstd },
    })
    expect(patch!.codec).toBe('zstd')
  })

  test('is made between pauses, and not at all when a pause rejects', async () => {
    const source = { base: bytesOf(floats), target: bytesOf(floats), segments }
    const stop = new Error('stop')
    await expect(makePatch({ ...source, pause: () => Promise.reject(stop) })).rejects.toBe(stop)
  })

  test('needs segments that fit', async () => {
    const source = { base: bytesOf(floats), target: bytesOf(floats) }
    await expect(
      makePatch({ ...source, segments: [{ type: 'float32', length: 4, from: 0 }] }),
    ).rejects.toMatchObject({
      code: 'PATCH_INVALID',
    })
  })
})
