import { createHash } from 'node:crypto'

import { paths } from '@homing/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { BlobStore } from './blob-store.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The guarantees of `BlobStore`, held by every adapter; `leftovers` counts files that no one can name. */
export function blobStoreContract(
  name: string,
  create: () => Promise<{ store: BlobStore; leftovers(): Promise<number> }>,
): void {
  describe(`${name} as a blob store`, () => {
    test('gives back any bytes, however they were cut', async () => {
      const { store, leftovers } = await create()
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 6 }), async (chunks) => {
          const whole = Buffer.concat(chunks)
          const hash = sha256(whole)
          expect(await store.putBlob(hash, chunks, 1_000_000)).toBe(whole.byteLength)
          expect(Buffer.from((await store.read(paths.blob(hash)))!).equals(whole)).toBe(true)
          expect(await store.size(paths.blob(hash))).toBe(whole.byteLength)
        }),
        { numRuns: 50 },
      )
      expect(await leftovers()).toBe(0)
    })

    test('has nothing at a path that was not written', async () => {
      const { store } = await create()
      expect(await store.read(paths.rollout('digits'))).toBeUndefined()
      expect(await store.size(paths.blob('0'.repeat(64)))).toBeUndefined()
    })

    test('refuses another hash and one byte too many, and keeps nothing', async () => {
      const { store, leftovers } = await create()
      const bytes = Buffer.from('weights')
      const put = (content: Uint8Array, most: number) => store.putBlob(sha256(bytes), [content], most)
      await expect(put(Buffer.from('altered'), 100)).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
      await expect(put(bytes.subarray(0, 6), 100)).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
      await expect(put(bytes, 6)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
      expect(await store.size(paths.blob(sha256(bytes)))).toBeUndefined()
      expect(await leftovers()).toBe(0)
      expect(await put(bytes, 7)).toBe(7)
    })

    test('a source that breaks leaves nothing and its error comes through', async () => {
      const { store, leftovers } = await create()
      async function* broken() {
        yield Buffer.from('wei')
        throw new Error('cut off')
      }
      await expect(store.putBlob(sha256(Buffer.from('weights')), broken(), 100)).rejects.toThrow('cut off')
      expect(await leftovers()).toBe(0)
    })

    test('a bad upload does not harm the good blob that is there', async () => {
      const { store } = await create()
      const bytes = Buffer.from('weights')
      await store.putBlob(sha256(bytes), [bytes], 100)
      await expect(store.putBlob(sha256(bytes), [Buffer.from('altered')], 100)).rejects.toThrow()
      expect(Buffer.from((await store.read(paths.blob(sha256(bytes))))!).toString()).toBe('weights')
    })

    test('a reader sees the old file or the new one, whole', async () => {
      const { store, leftovers } = await create()
      const path = paths.rollout('digits')
      const contents = Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, i))
      await store.write(path, contents[0]!)
      const writing = Promise.all(contents.map((bytes) => store.write(path, bytes)))
      for (let reads = 0; reads < 50; reads++) {
        const bytes = (await store.read(path))!
        expect(bytes.byteLength).toBe(100_000)
        expect(new Set(bytes).size).toBe(1)
      }
      await writing
      expect(await leftovers()).toBe(0)
    })

    test('removes a file, and nothing twice', async () => {
      const { store } = await create()
      const [path, other] = [paths.rollout('digits'), paths.rollout('wine')]
      for (const each of [path, other]) await store.write(each, Buffer.from('{}'))
      await store.remove(path)
      await store.remove(path)
      expect([await store.read(path), await store.size(path)]).toEqual([undefined, undefined])
      expect(await store.size(other)).toBe(2)
    })

    test('says that it can be written', async () => {
      const { store } = await create()
      await store.check()
    })
  })
}
