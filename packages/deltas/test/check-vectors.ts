import { sha256Hex } from '@homing/protocol'
import { expect, test } from 'vitest'

import { applyPatch } from '../src/index.ts'
import { unzstd } from '../src/zstd.ts'
import { patchBy } from './patch-by.ts'
import vectors from './vectors.json' with { type: 'json' }

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const [base, target] = [bytesOf(vectors.base), bytesOf(vectors.target)]
const segments = vectors.segments as Parameters<typeof patchBy>[2]['segments']

/** The test vectors of docs/patches.md, on the runtime that this is called on. */
export function checkVectors(): void {
  const forms = vectors.patches as { method: 'xor'; codec: 'gzip' | 'zstd' | 'none'; patch: string }[]
  test.each(forms)('$method, $codec is applied as the vector says', async ({ patch }) => {
    const expected = { sha256: await sha256Hex(target), size: target.length }
    const application = { patch: [bytesOf(patch)], base, expected, decompressors: { zstd: unzstd } }
    expect(await applyPatch(application)).toEqual(target)
  })

  const fixed = forms.filter(({ codec }) => codec !== 'gzip' && codec !== 'zstd') // whose bytes are the compressor's choice
  test.each(fixed)('$method, $codec is written as the vector says', async ({ method, codec, patch }) => {
    expect(await patchBy(method, codec, { base, target, segments })).toEqual(bytesOf(patch))
  })
}
