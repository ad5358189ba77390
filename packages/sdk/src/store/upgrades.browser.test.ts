import { afterEach, beforeEach, expect, test } from 'vitest'

import { openIndexedDbStore } from './indexed-db-store.ts'
import { putVersion } from './contract/put-version.ts'
import type { Store } from './store.ts'
import { databaseVersion, upgrades } from './upgrades.ts'

let count = 0
let name: string
let store: Store | undefined

beforeEach(() => {
  name = `upgrades-${count++}-${Date.now()}`
})
afterEach(async () => {
  await store?.close()
  indexedDB.deleteDatabase(name)
})

/** The database as the release with this schema version left it. */
function openReleased(version: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version)
    request.onupgradeneeded = () => {
      for (const step of upgrades.slice(0, version)) step(request.result, request.transaction!)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error!)
  })
}

/** Tables with their indexes. */
function schemaOf(database: IDBDatabase): Record<string, string[]> {
  const tables = [...database.objectStoreNames]
  const transaction = database.transaction(tables)
  return Object.fromEntries(tables.map((table) => [table, [...transaction.objectStore(table).indexNames]]))
}

test('the first release had these tables, and always will have had them', async () => {
  const database = await openReleased(1)
  expect(schemaOf(database)).toEqual({ blobs: [], events: ['event-time', 'time'], manifests: [], models: [] })
  database.close()
})

test.each(upgrades.map((_, index) => index + 1))(
  'a version that release %i of the schema installed serves on, and every event is there',
  async (version) => {
    const source = await openIndexedDbStore(indexedDB, `${name}-source`)
    const { installed, blobs } = await putVersion(source, 'digits', '1.0.0', 1)
    const old = await openReleased(version)
    const [files, manifest] = await Promise.all([
      Promise.all(blobs.map((sha256) => source.readBlob(sha256))),
      source.readManifest(installed.manifestSha256),
    ])
    await source.close()
    indexedDB.deleteDatabase(`${name}-source`)
    const writing = old.transaction(['blobs', 'manifests', 'models', 'events'], 'readwrite')
    files.forEach((bytes, index) => writing.objectStore('blobs').put(new Blob([bytes!]), blobs[index]))
    writing.objectStore('manifests').put(manifest!.buffer, installed.manifestSha256)
    writing.objectStore('models').put({ model: 'digits', active: installed, rejected: {} }, 'digits')
    writing.objectStore('events').add({ event: 'click', time: 5, fields: { x: 1 } })
    await new Promise((resolve) => (writing.oncomplete = resolve))
    old.close()

    store = await openIndexedDbStore(indexedDB, name)
    expect(await store.readModel('digits')).toEqual({ model: 'digits', active: installed, rejected: {} })
    expect(await store.readManifest(installed.manifestSha256)).toEqual(manifest)
    for (const [index, sha256] of blobs.entries()) expect(await store.readBlob(sha256)).toEqual(files[index])
    expect(await store.readEvents('click', 0)).toEqual([{ event: 'click', time: 5, fields: { x: 1 } }])
  },
)

test('every upgraded database has the schema of a fresh one', async () => {
  const fresh = await openReleased(databaseVersion)
  const expected = schemaOf(fresh)
  fresh.close()
  name += '-old'
  ;(await openReleased(1)).close()
  store = await openIndexedDbStore(indexedDB, name)
  const upgraded = await openReleased(databaseVersion)
  expect(schemaOf(upgraded)).toEqual(expected)
  upgraded.close()
})
