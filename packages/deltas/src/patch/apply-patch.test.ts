import { HomingError, sha256Hex } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type Case, cases } from '../../test/arbitraries.ts'
import { forms, patchBy, storedZstd } from '../../test/patch-by.ts'
import { unzstd } from '../codecs/unzstd.ts'
import { applyPatch } from './apply-patch.ts'
import { encodeHeader, type PatchHeader } from './patch-header.ts'

const decompressors = { zstd: unzstd }
const expectedOf = async (target: Uint8Array<ArrayBuffer>) => ({
  sha256: await sha256Hex(target),
  size: target.length,
})
function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HomingError)) throw error
  return error.code
}

describe.each(forms)('%s, %s', (method, codec) => {
  test('makes the target of the base, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.integer({ min: 1, max: 500 }), async (one, size) => {
        const patch = await patchBy(method, codec, one)
        const expected = await expectedOf(one.target)
        const made = await applyPatch({
          patch: chunksOf(patch, size),
          base: one.base,
          expected,
          decompressors,
        })
        expect(made).toEqual(one.target)
      }),
      { numRuns: 60 },
    )
  })

  test('gives the target or a typed error, whatever became of the patch', async () => {
    const damage = fc.oneof(
      fc.record({ cut: fc.nat() }),
      fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ add: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
    )
    await fc.assert(
      fc.asyncProperty(cases, fc.array(damage, { minLength: 1, maxLength: 3 }), async (one, damages) => {
        let patch = await patchBy(method, codec, one)
        for (const harm of damages) {
          if ('cut' in harm) patch = patch.slice(0, harm.cut % (patch.length + 1))
          else if ('add' in harm) patch = Uint8Array.from([...patch, ...harm.add])
          else if (patch.length > 0) patch[harm.at % patch.length]! += harm.by
        }
        const expected = await expectedOf(one.target)
        try {
          expect(await applyPatch({ patch: [patch], base: one.base, expected, decompressors })).toEqual(
            one.target,
          )
        } catch (error) {
          expect(error).toBeInstanceOf(HomingError)
          expect(['PATCH_INVALID', 'PATCH_UNSUPPORTED', 'INTEGRITY_FAILED']).toContain(
            (error as HomingError).code,
          )
        }
      }),
      { numRuns: 150 },
    )
  })
})

const words = Float32Array.from({ length: 2_000 }, (_, i) => Math.sin(i))
const plain: Case = {
  base: new Uint8Array(words.buffer),
  target: new Uint8Array(words.map((word, i) => (i % 3 === 0 ? word * 1.001 : word)).buffer),
  segments: [{ type: 'float32', length: 8_000, from: 0 }],
}

describe('a patch', () => {
  test('is not applied to another base, or for another target', async () => {
    const patch = await patchBy('difference', 'arithmetic', plain)
    const expected = await expectedOf(plain.target)
    const other = plain.base.slice().fill(1, 0, 1)
    expect(await codeOf(applyPatch({ patch: [patch], base: other, expected }))).toBe('INTEGRITY_FAILED')
    expect(await codeOf(applyPatch({ patch: [patch], expected }))).toBe('INTEGRITY_FAILED')
    const wrong = await expectedOf(plain.base)
    expect(await codeOf(applyPatch({ patch: [patch], base: plain.base, expected: wrong }))).toBe(
      'PATCH_INVALID',
    )
  })

  test('needs its codec on the device', async () => {
    const patch = await patchBy('xor', 'zstd', plain)
    const expected = await expectedOf(plain.target)
    expect(await codeOf(applyPatch({ patch: [patch], base: plain.base, expected }))).toBe('PATCH_UNSUPPORTED')
  })

  test('may do without a base: the shard itself, compressed', async () => {
    const target = new Uint8Array(10_000).fill(7)
    const segments = [{ type: 'uint8' as const, length: target.length }]
    const patch = await patchBy('ranges', 'gzip', { target, segments })
    expect(patch.length).toBeLessThan(300)
    expect(await applyPatch({ patch: [patch], expected: await expectedOf(target) })).toEqual(target)
  })

  test('lets go of a source that it does not read to its end, and passes its error on', async () => {
    const expected = await expectedOf(plain.target)
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(new Uint8Array(64))
      } finally {
        closed = true
      }
    }
    expect(await codeOf(applyPatch({ patch: endless(), base: plain.base, expected }))).toBe('PATCH_INVALID')
    expect(closed).toBe(true)

    const patch = await patchBy('difference', 'gzip', plain)
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield patch.subarray(0, 500)
      throw await Promise.resolve(new HomingError('NETWORK_FAILED', 'gone'))
    }
    expect(await codeOf(applyPatch({ patch: failing(), base: plain.base, expected }))).toBe('NETWORK_FAILED')
  })

  test('pauses between blocks', async () => {
    const patch = await patchBy('difference', 'arithmetic', plain)
    let pauses = 0
    const pause = (): Promise<void> => Promise.resolve(void pauses++)
    await applyPatch({ patch: [patch], base: plain.base, expected: await expectedOf(plain.target), pause })
    expect(pauses).toBe(1)
  })
})

describe('what asks for too much', () => {
  const header = async (change: Partial<PatchHeader>, body: Uint8Array = new Uint8Array(0)) => {
    const { sha256, size } = await expectedOf(plain.target)
    const base = { baseSize: plain.base.length, baseSha256: await sha256Hex(plain.base) }
    const { segments } = plain
    const all = {
      method: 'xor',
      codec: 'none',
      bodySize: size,
      sha256,
      size,
      segments,
      ...base,
      ...change,
    } as const
    return Uint8Array.from([...encodeHeader(all), ...body])
  }
  const refused = async (patch: Uint8Array): Promise<string> =>
    codeOf(
      applyPatch({
        patch: [patch],
        base: plain.base,
        expected: await expectedOf(plain.target),
        decompressors,
      }),
    )

  test.each<[string, Partial<PatchHeader>]>([
    ['a body beyond its bounds', { bodySize: 2 ** 31 }],
    ['a base beyond its bounds', { baseSize: 2 ** 31 }],
    ['segments past the base', { segments: [{ type: 'float32', length: 8_000, from: 4 }] }],
    ['segments beyond the result', { segments: [{ type: 'float32', length: 8_004 }] }],
    ['segments short of the result', { segments: [{ type: 'float32', length: 7_996, from: 0 }] }],
    [
      'half a number',
      {
        segments: [
          { type: 'float32', length: 7_998, from: 0 },
          { type: 'uint8', length: 2 },
        ],
      },
    ],
    ['an empty segment', { segments: [{ type: 'uint8', length: 0 }, ...plain.segments] }],
    ['XOR coded arithmetically', { codec: 'arithmetic' }],
  ])('%s is refused', async (_what, change) => {
    expect(await refused(await header(change))).toBe('PATCH_INVALID')
  })

  test('a body that expands to more than it states is refused, in gzip and in zstd', async () => {
    const bomb = new Uint8Array(4_000_000)
    for (const codec of ['gzip', 'zstd'] as const) {
      const patch = await patchBy('xor', codec, { ...plain, target: plain.target })
      const { segments: _, ...rest } = plain
      void rest
      const body = codec === 'zstd' ? storedZstd(bomb) : await gzipped(bomb)
      const start = patch.slice(0, (await header({ codec })).length)
      expect(await refused(Uint8Array.from([...start, ...body]))).toBe('PATCH_INVALID')
    }
  })

  test('a zstd frame that repeats one byte for ever, or wants a window of gigabytes, is refused', async () => {
    const rle = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58]
    const block = ((128 * 1024) << 3) | 2
    for (let i = 0; i < 20_000; i++) rle.push(block & 255, (block >> 8) & 255, block >> 16, 0)
    expect(await refused(await header({ codec: 'zstd' }, Uint8Array.from(rle)))).toBe('PATCH_INVALID')
    for (const window of [0xa8, 0xff])
      expect(await refused(await header({ codec: 'zstd' }, storedZstd(new Uint8Array(8_000), window)))).toBe(
        'PATCH_INVALID',
      )
    const single = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    expect(await refused(await header({ codec: 'zstd' }, Uint8Array.from(single)))).toBe('PATCH_INVALID')
  })

  test('a second zstd frame is refused before it is looked at: it could ask for any window', async () => {
    const { target } = plain
    const body = storedZstd((await patchBy('xor', 'none', plain)).slice(-target.length))
    const start = await header({ codec: 'zstd' })
    const whole = Uint8Array.from([...start, ...body])
    const expected = await expectedOf(target)
    expect(await applyPatch({ patch: [whole], base: plain.base, expected, decompressors })).toEqual(target)
    for (const more of [
      storedZstd(new Uint8Array(0), 0x78),
      Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0),
    ])
      for (const size of [1, 7, whole.length, Infinity]) {
        const patch = chunksOf(Uint8Array.from([...whole, ...more]), Math.min(size, 20_000))
        expect(await codeOf(applyPatch({ patch, base: plain.base, expected, decompressors }))).toBe(
          'PATCH_INVALID',
        )
      }
  })

  async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return (await import('../codecs/gzip.ts')).gzip(bytes)
  }
})
