import { type Manifest, parseManifest } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { hastyPlatform } from '../../../delivery/hasty-platform.ts'
import { putVersion } from '../../../store/contract/put-version.ts'
import { openIndexedDbStore } from '../../../store/indexed-db-store.ts'
import type { Store } from '../../../store/store.ts'
import { createStorageRoom } from './storage-room.ts'

/** Chromium's storage buckets, which TypeScript does not know: each has a quota of its own. */
interface Bucket {
  readonly indexedDB: IDBFactory
  estimate(): Promise<StorageEstimate>
}
const { storageBuckets } = navigator as unknown as {
  storageBuckets: {
    open(name: string, options: { quota: number }): Promise<Bucket>
    delete(name: string): Promise<void>
  }
}

const quota = 16_000_000
let name: string
let bucket: Bucket
let store: Store
let count = 0
let asked = 0

beforeEach(async () => {
  name = `room-${count++}-${Date.now()}`
  bucket = await storageBuckets.open(name, { quota })
  store = await openIndexedDbStore(bucket.indexedDB, name)
  asked = 0
})
afterEach(async () => {
  await store.close()
  await storageBuckets.delete(name)
})

const roomOf = (estimate = () => bucket.estimate(), persist = () => Promise.resolve(++asked > 0)) =>
  createStorageRoom({
    store,
    cleaner: { free: () => store.collectGarbage({ parse: parseManifest, live: new Set(), budget: 0 }) },
    estimate,
    persist,
    sleep: hastyPlatform().sleep,
  })
/** A version that lacks one file of this size. */
const lacking = async (size: number): Promise<Manifest> => {
  const { manifest, installed } = await putVersion(store, 'digits', '1.1.0', 40)
  await store.updateModel('digits', (record) => ({ ...record, downloading: installed }))
  return { ...manifest, graph: { sha256: 'f'.repeat(64), size } }
}

test('a download that fits is let through, and a large one asks the browser first to keep what is stored', async () => {
  const room = roomOf()
  expect(room.persisted).toBeUndefined()
  await room.reserve(await lacking(100))
  expect(asked).toBe(0)
  await room.reserve(await lacking(4 * 2 ** 20))
  expect(asked).toBe(1)
  expect(room.persisted).toBe(true)
  await room.reserve(await lacking(4 * 2 ** 20))
  expect(asked).toBe(1)
})

test('what need not be kept makes room', async () => {
  await store.writeBlob('e'.repeat(64), new Uint8Array(6_000_000))
  await roomOf().reserve(await lacking(12_000_000))
  expect(await store.hasBlobs(['e'.repeat(64)])).toEqual(new Set())
})

test('what does not fit is refused before the first byte, with its figures, and nothing that is needed goes', async () => {
  const { installed, blobs } = await putVersion(store, 'wine', '1.0.0', 1)
  await store.updateModel('wine', (record) => ({ ...record, active: installed }))
  const error = await roomOf()
    .reserve(await lacking(17_000_000))
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'STORE_FULL', details: { needed: 17_000_000, quota } })
  expect(await store.hasBlobs(blobs)).toEqual(new Set(blobs))
})

test('where the browser tells nothing, the download is let through', async () => {
  await roomOf(() => Promise.resolve({})).reserve(await lacking(17_000_000))
})

test('a question to the user that nobody answers holds no download up, and is asked once', async () => {
  let answer!: (kept: boolean) => void
  const room = roomOf(undefined, () => {
    asked++
    return new Promise((resolve) => (answer = resolve))
  })
  await room.reserve(await lacking(4 * 2 ** 20))
  await room.reserve(await lacking(4 * 2 ** 20))
  expect([asked, room.persisted]).toEqual([1, undefined])
  answer(true)
  await expect.poll(() => room.persisted).toBe(true)
})
