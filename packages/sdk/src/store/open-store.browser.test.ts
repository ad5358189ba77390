import type { HomingError } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openTimeout } from './config.ts'
import { openIndexedDbStore } from './indexed-db-store.ts'
import { createMemoryStore } from './memory-store.ts'
import { databaseName, openStore } from './open-store.ts'
import { counted, putVersion } from './contract/put-version.ts'
import type { Store } from './store.ts'
import { databaseVersion, upgrades } from './upgrades.ts'

let count = 0
const opened: Store[] = []
let root: string

beforeEach(() => {
  root = JSON.stringify({ signed: `${count++}-${Date.now()}` })
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
})

async function open(indexedDB?: () => IDBFactory | undefined): Promise<Store> {
  const store = await openStore({ root, storage: 'persistent', ...(indexedDB ? { indexedDB } : {}) })
  opened.push(store)
  return store
}

/** Opens the database as other code than this version's would. */
function openRaw(
  version: number,
  upgrade: (database: IDBDatabase) => void = () => undefined,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    void databaseName(root).then((name) => {
      const request = indexedDB.open(name, version)
      request.onupgradeneeded = () => upgrade(request.result)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error!)
    })
  })
}

/** Opens the database as the release with this version of the schema would, without its handlers. */
const openReleased = (version: number): Promise<IDBDatabase> =>
  openRaw(version, (database) => {
    for (const step of upgrades.slice(0, version)) step(database, undefined as never)
  })

const hash = (digit: string) => digit.repeat(64)

describe('open store', () => {
  it('keeps what was written, for one repository, over a close', async () => {
    const first = await open()
    expect(first).toMatchObject({ kind: 'indexeddb', reason: undefined })
    const { installed, blobs } = await putVersion(first, 'digits', '1.0.0', 1)
    await first.updateModel('digits', (record) => ({ ...record, active: installed }))
    await first.close()

    const again = await open()
    expect((await again.readModel('digits'))?.active).toEqual(installed)
    expect(await again.hasBlobs(blobs)).toEqual(new Set(blobs))

    root = JSON.stringify({ signed: root })
    const other = await open()
    expect(await other.readModel('digits')).toBeUndefined()
  })

  it('is in memory by choice, without a reason', async () => {
    const store = await openStore({ root, storage: 'memory' })
    expect(store.kind).toBe('memory')
    expect(store.reason).toBeUndefined()
  })

  const failing =
    (open: () => IDBOpenDBRequest): (() => IDBFactory) =>
    () =>
      ({ open }) as unknown as IDBFactory

  it.each<[string, () => IDBFactory | undefined, RegExp]>([
    ['there is no IndexedDB', () => undefined, /has none/],
    [
      'looking at it throws (sandboxed frame)',
      () => {
        throw new DOMException('denied', 'SecurityError')
      },
      /SecurityError: denied/,
    ],
    [
      'opening throws (cookies blocked)',
      failing(() => {
        throw new DOMException('The user denied permission', 'SecurityError')
      }),
      /SecurityError: The user denied permission/,
    ],
    [
      'opening fails (private mode)',
      failing(() => {
        const request = {
          error: new DOMException('not allowed in this mode', 'InvalidStateError'),
        } as IDBOpenDBRequest
        setTimeout(() => void request.onerror?.(new Event('error')))
        return request
      }),
      /InvalidStateError: not allowed in this mode/,
    ],
    ['opening never ends', failing(() => ({}) as IDBOpenDBRequest), /no answer in 5000 ms/],
  ])('works from memory and says why when %s', async (_what, factory, reason) => {
    const store = await open(factory)
    expect(store.kind).toBe('memory')
    expect(store.reason).toMatch(reason)
    await store.writeBlob(hash('a'), Uint8Array.of(1))
    expect(await store.readBlob(hash('a'))).toEqual(Uint8Array.of(1))
  })

  it('works from memory beside a database of a later version, and leaves that as it is', async () => {
    const later = await openRaw(70, (database) => database.createObjectStore('later').put('kept', 'key'))
    later.close()
    const store = await open()
    expect(store.kind).toBe('memory')
    expect(store).toMatchObject({
      code: 'STORE_NEWER',
      reason: expect.stringContaining('newer version') as unknown,
    })
    await putVersion(store, 'digits', '1.0.0', 1)
    const database = await openRaw(70)
    expect([...database.objectStoreNames]).toEqual(['later'])
    database.close()
  })

  it('lets a later version upgrade, and goes on from memory', async () => {
    const store = await open()
    await store.updateModel('digits', (record) => ({ ...record, pinned: '3.0.0' }))
    const later = await openRaw(databaseVersion + 1, (database) => database.createObjectStore('later'))
    expect([...later.objectStoreNames]).toContain('models')
    later.close()
    await store.writeBlob(hash('a'), Uint8Array.of(1))
    expect(store.kind).toBe('memory')
    expect(store.reason).toMatch(/newer version/)
    expect(await store.readBlob(hash('a'))).toEqual(Uint8Array.of(1))
  })

  it('serves from memory while an older tab blocks the upgrade, and moves over when that tab ends', async () => {
    const source = await openReleased(1)
    const { installed: old } = await putVersion(createMemoryStore(), 'digits', '1.0.0', 1)
    source
      .transaction('models', 'readwrite')
      .objectStore('models')
      .put({ model: 'digits', active: old, rejected: {} }, 'digits')
    let changes = 0
    const store = await openStore({ root, storage: 'persistent', onChange: () => changes++ })
    opened.push(store)
    expect(store).toMatchObject({ kind: 'memory', code: 'STORE_UNAVAILABLE' })
    expect(store.reason).toMatch(/another tab holds an older version/)
    const next = await putVersion(store, 'digits', '1.1.0', 40)
    await store.updateModel('digits', (record) => ({ ...record, active: next.installed }))
    await store.appendEvent({ event: 'click', time: 5, fields: {} })
    await store.writeMetadata('root', Uint8Array.of(1))

    source.close()
    await expect.poll(() => store.kind).toBe('indexeddb')
    expect(changes).toBeGreaterThan(0)
    expect(store.reason).toBeUndefined()
    await store.close()
    const again = await open()
    expect(await again.readModel('digits')).toMatchObject({ active: next.installed, lastGood: old })
    expect(await again.hasBlobs(next.blobs)).toEqual(new Set(next.blobs))
    expect(await again.readManifest(next.installed.manifestSha256)).toBeDefined()
    expect(await again.readEvents('click', 0)).toHaveLength(1)
    expect(await again.readMetadata('root')).toEqual(Uint8Array.of(1))
  })

  it('waits for an older tab no longer than its limit, and blocks nobody after', async () => {
    const older = await openReleased(1)
    const started = performance.now()
    const store = await open()
    expect(performance.now() - started).toBeLessThan(openTimeout + 2000)
    await store.close()
    older.close()
    const next = await openRaw(databaseVersion + 1)
    next.close()
  })

  it('begins anew when the database is deleted under it, and keeps what is new', async () => {
    const store = await open()
    await putVersion(store, 'digits', '1.0.0', 1)
    const name = await databaseName(root)
    await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve))
    const next = await putVersion(store, 'digits', '1.1.0', 40)
    await store.updateModel('digits', (record) => ({ ...record, active: next.installed }))
    await expect.poll(() => store.kind).toBe('indexeddb')
    await store.close()
    const again = await open()
    expect((await again.readModel('digits'))?.active).toEqual(next.installed)
    expect(await again.hasBlobs(next.blobs)).toEqual(new Set(next.blobs))
  })

  it('reads a spoiled model record as none, and writes a good one over it', async () => {
    const store = await open()
    const database = await openRaw(databaseVersion)
    for (const spoiled of [
      null,
      'text',
      { model: 'digits' },
      { model: 'digits', rejected: {}, active: { version: 'x' } },
    ]) {
      database.transaction('models', 'readwrite').objectStore('models').put(spoiled, 'digits')
      expect(await store.readModel('digits')).toBeUndefined()
    }
    await store.updateModel('digits', (record) => ({ ...record, pinned: '1.0.0' }))
    expect(await store.readModel('digits')).toEqual({ model: 'digits', rejected: {}, pinned: '1.0.0' })
    database.close()
  })

  it('keeps two connections of one database consistent', async () => {
    const [first, second] = [await open(), await open()]
    const add = (store: Store) => store.updateModel('digits', counted)
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(index % 2 ? first : second)))
    expect((await first.readModel('digits'))?.pinned).toBe('20.0.0')
  })
})

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

describe('a full disk', () => {
  const quota = 2_000_000
  const shard = new Uint8Array(5_000_000)
  let name: string
  let bucket: Bucket
  beforeEach(async () => {
    name = `full-${count++}-${Date.now()}`
    bucket = await storageBuckets.open(name, { quota })
  })
  afterEach(() => storageBuckets.delete(name))

  it('is told as STORE_FULL with its sizes, and leaves what was there as it was', async () => {
    const store = await openIndexedDbStore(bucket.indexedDB, name, { estimate: () => bucket.estimate() })
    opened.push(store)
    const { blobs } = await putVersion(store, 'digits', '1.0.0', 1)
    const writes = [() => store.writeBlob(hash('f'), shard), () => store.writeManifest(hash('f'), shard)]
    for (const write of writes) {
      const error = await write().catch((caught: unknown) => caught)
      expect(error).toMatchObject({ name: 'HomingError', code: 'STORE_FULL', details: { quota } })
      expect((error as HomingError).details.usage).toBeGreaterThan(3 * 1003)
    }
    await expect(store.writeBlob(blobs[0]!, shard)).rejects.toMatchObject({ code: 'STORE_FULL' })
    for (const sha256 of blobs) expect((await store.readBlob(sha256))?.byteLength).toBe(1003)
    expect(await store.hasBlobs([hash('f')])).toEqual(new Set())
  })

  it('fails many writes at a time without an unhandled rejection', async () => {
    const store = await openIndexedDbStore(bucket.indexedDB, name)
    opened.push(store)
    const writes = ['a', 'b', 'c', 'd'].map((digit) => store.writeBlob(hash(digit), shard))
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_FULL' } })
    }
  })

  it('goes on from memory when the user clears the storage under an open store', async () => {
    const store = await open(() => bucket.indexedDB)
    const { blobs } = await putVersion(store, 'digits', '1.0.0', 1)
    const reads = Promise.allSettled(blobs.map((sha256) => store.readBlob(sha256)))
    await storageBuckets.delete(name)
    await reads
    await store.writeBlob(hash('a'), Uint8Array.of(1))
    expect(store.kind).toBe('memory')
    expect(await store.readBlob(hash('a'))).toEqual(Uint8Array.of(1))
  })

  it('sends what is new to memory, and the good version is there after a reload', async () => {
    const store = await open(() => bucket.indexedDB)
    const good = await putVersion(store, 'digits', '1.0.0', 1)
    await store.updateModel('digits', (record) => ({ ...record, active: good.installed }))
    expect(store.kind).toBe('indexeddb')
    await store.writeBlob(hash('f'), shard)
    const next = await putVersion(store, 'digits', '1.1.0', 40)
    await store.updateModel('digits', (record) => ({
      ...record,
      active: next.installed,
      lastGood: good.installed,
    }))
    expect(store.kind).toBe('memory')
    expect(store.reason).toMatch(/no room left/)
    expect(await store.hasBlobs([hash('f'), ...next.blobs])).toEqual(new Set([hash('f'), ...next.blobs]))
    await store.close()

    const reloaded = await open(() => bucket.indexedDB)
    expect((await reloaded.readModel('digits'))?.active).toEqual(good.installed)
    for (const sha256 of good.blobs) expect((await reloaded.readBlob(sha256))?.byteLength).toBe(1003)
  })
})
