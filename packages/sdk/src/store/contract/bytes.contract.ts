import { sha256Hex } from '@homing/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'

import type { Store } from '../store.ts'
import { hash, rules, someBytes } from './put-version.ts'

/** What a store guarantees of blobs, their pieces, manifests and metadata. `open` gives a fresh, empty one, which adds `overhead` bytes to each blob and piece. */
export function bytesContract(open: () => Promise<Store>, overhead: number): void {
  let store: Store
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it.each(['Blob', 'Manifest', 'Metadata'] as const)('gives the bytes of a %s back exactly', async (kind) => {
    for (const [index, length] of [0, 1, 1003, 1_048_577].entries()) {
      const bytes = someBytes(index, length)
      await store[`write${kind}`](hash(String(index)), bytes)
      const read = await store[`read${kind}`](hash(String(index)))
      expect(read?.byteLength).toBe(length)
      expect(await sha256Hex(read!)).toBe(await sha256Hex(bytes))
    }
  })

  it.each(['Blob', 'Manifest', 'Metadata'] as const)(
    'keeps a %s apart from what callers do with their bytes',
    async (kind) => {
      const whole = someBytes(1)
      const part = whole.subarray(3, 10)
      await store[`write${kind}`](hash('a'), part)
      whole.fill(0)
      const read = await store[`read${kind}`](hash('a'))
      structuredClone(read, { transfer: [read!.buffer] })
      expect(await store[`read${kind}`](hash('a'))).toEqual(someBytes(1).slice(3, 10))
    },
  )

  it('gives undefined for what is not there', async () => {
    expect(await store.readBlob(hash('a'))).toBeUndefined()
    expect(await store.readManifest(hash('a'))).toBeUndefined()
    expect(await store.readMetadata('timestamp')).toBeUndefined()
    expect(await store.readModel('digits')).toBeUndefined()
    expect(await store.hasBlobs([hash('a')])).toEqual(new Set())
    expect(await store.readEvents('click', 0)).toEqual([])
    expect(await store.usage()).toBe(0)
    await store.deleteBlob(hash('a'))
    await store.deleteManifest(hash('a'))
  })

  it('names the blobs that are there, and forgets deleted ones', async () => {
    await store.writeBlob(hash('a'), someBytes(1))
    await store.writeBlob(hash('b'), someBytes(2))
    expect(await store.hasBlobs([hash('b'), hash('c'), hash('a')])).toEqual(new Set([hash('a'), hash('b')]))
    await store.deleteBlob(hash('a'))
    expect(await store.readBlob(hash('a'))).toBeUndefined()
    expect(await store.hasBlobs([hash('a'), hash('b')])).toEqual(new Set([hash('b')]))
    await store.writeManifest(hash('a'), someBytes(1))
    await store.deleteManifest(hash('a'))
    expect(await store.readManifest(hash('a'))).toBeUndefined()
  })

  it('replaces a blob, and counts it once', async () => {
    await store.writeBlob(hash('a'), someBytes(1, 10))
    await store.writeBlob(hash('a'), someBytes(2, 20))
    await store.writeManifest(hash('b'), someBytes(3, 5))
    expect(await store.readBlob(hash('a'))).toEqual(someBytes(2, 20))
    expect(await store.usage()).toBe(25 + overhead)
  })

  it('replaces metadata by name, and never collects it', async () => {
    await store.writeMetadata('metadata/timestamp', someBytes(1))
    await store.writeMetadata('metadata/snapshot', someBytes(2))
    await store.writeMetadata('metadata/timestamp', someBytes(3))
    expect(await store.usage()).toBe(0)
    await store.collectGarbage(rules)
    expect(await store.readMetadata('metadata/timestamp')).toEqual(someBytes(3))
    expect(await store.readMetadata('metadata/snapshot')).toEqual(someBytes(2))
  })

  it('gives the pieces of a blob back by their start, and where they lie', async () => {
    const [first, second] = [someBytes(1, 10), someBytes(2, 5)]
    const whole = someBytes(3, 20)
    await store.writePiece(hash('a'), { start: 10, bytes: second })
    await store.writePiece(hash('a'), { start: 0, bytes: whole.subarray(4, 14), tag: '"etag"' })
    await store.writePiece(hash('a'), { start: 0, bytes: first, tag: '"other"' })
    await store.writePiece(hash('b'), { start: 3, bytes: second })
    whole.fill(0)
    expect(await store.readPieces(hash('a'))).toEqual([
      { start: 0, bytes: first, tag: '"other"' },
      { start: 10, bytes: second },
    ])
    const spans = await store.listPieces([hash('b'), hash('c'), hash('a')])
    expect(new Set(spans)).toEqual(
      new Set([
        { sha256: hash('a'), start: 0, end: 10 },
        { sha256: hash('a'), start: 10, end: 15 },
        { sha256: hash('b'), start: 3, end: 8 },
      ]),
    )
    expect(await store.hasBlobs([hash('a')])).toEqual(new Set())
    expect(await store.usage()).toBe(20 + 3 * overhead)
  })

  it('drops the pieces of a blob when it is whole, and when it is told to', async () => {
    for (const digit of ['a', 'b', 'c'])
      await store.writePiece(hash(digit), { start: 0, bytes: someBytes(1) })
    await store.writeBlob(hash('a'), someBytes(1, 7))
    await store.deletePieces(hash('b'))
    await store.deletePieces(hash('d'))
    expect(await store.readPieces(hash('a'))).toEqual([])
    expect(await store.readPieces(hash('b'))).toEqual([])
    expect(await store.readPieces(hash('c'))).toHaveLength(1)
    expect(await store.usage()).toBe(7 + 1003 + 2 * overhead)
  })
}
