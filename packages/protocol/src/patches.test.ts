import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bytesOf, changed } from '../test/documents.ts'
import { expectOnly, failure } from '../test/failure.ts'
import { damagedBytes, mutatedDocuments } from '../test/mutations.ts'
import { parsePatches, type Patches } from './patches.ts'

const hash = (digit: string): string => digit.repeat(64)
const patches: Patches = {
  format: 1,
  model: 'wine',
  version: '1.1.0',
  bases: ['1.0.0'],
  shards: [
    {
      sha256: hash('a'),
      size: 4_000_000,
      patches: [
        { base: hash('b'), sha256: hash('c'), size: 900, method: 'ranges', codec: 'gzip' },
        { sha256: hash('d'), size: 3_000_000, method: 'xor', codec: 'of-a-later-version' },
      ],
    },
  ],
}
const expected = { model: 'wine', version: '1.1.0' }
const read = (document: unknown) => parsePatches(bytesOf(document), expected)

describe('parsePatches', () => {
  it('reads what was written, with words that it does not know', () => {
    expect(read(patches)).toEqual(patches)
  })

  it.each<[path: string, value: unknown]>([
    ['format', 2],
    ['model', 'digits'],
    ['version', '1.0.0'],
    ['bases', ['newest']],
    ['bases', undefined],
    ['shards', {}],
    ['shards.0.size', 0],
    ['shards.0.size', 2 ** 30],
    ['shards.0.sha256', 'a'],
    ['shards.0.patches', []],
    ['shards.0.patches.0.base', null],
    ['shards.0.patches.0.sha256', '../timestamp.json'],
    ['shards.0.patches.0.size', 0],
    ['shards.0.patches.0.method', ''],
    ['shards.0.patches.0.codec', 'GZIP!'],
    ['shards.1', patches.shards[0]],
  ])('refuses %s = %j', (path, value) => {
    expect(failure(() => read(changed(patches, path, value))).code).toBe('PATCH_INVALID')
  })

  it('throws nothing but PATCH_INVALID, whatever the document and its bytes', () => {
    fc.assert(
      fc.property(mutatedDocuments(patches), (document) => {
        expectOnly('PATCH_INVALID', () => read(document))
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(damagedBytes(bytesOf(patches)), (bytes) => {
        expectOnly('PATCH_INVALID', () => parsePatches(bytes, expected))
      }),
      { numRuns: 300 },
    )
  })
})
