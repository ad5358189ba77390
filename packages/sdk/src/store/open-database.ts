import { type DBSchema, type IDBPDatabase, wrap } from 'idb'

import { openTimeout } from './config.ts'
import type { KeptFact } from './fact.ts'
import type { KeptBlob } from './kept-blob.ts'
import { pending } from './store-error.ts'
import type { RecordedEvent } from './store.ts'
import { databaseVersion, upgrades } from './upgrades.ts'

/** The tables of one repository's database. */
export interface HomingDatabase extends DBSchema {
  /** One record per blob, by SHA-256. */
  blobs: { key: string; value: KeptBlob }
  /** Manifest bytes, by SHA-256: array buffers, because a transaction does not outlive the reading of a blob. */
  manifests: { key: string; value: ArrayBuffer }
  /** Model records by model name; checked when they are read. */
  models: { key: string; value: unknown }
  events: { key: number; value: RecordedEvent; indexes: { 'event-time': [string, number]; time: number } }
  /** Signed metadata, byte-exact, by its unversioned name (`root`, `timestamp`, ...). */
  metadata: { key: string; value: ArrayBuffer }
  /** Pieces of blobs that are not whole yet, by SHA-256, start and end: their sizes are known without their bytes. */
  partials: {
    key: [sha256: string, start: number, end: number]
    value: { readonly bytes: ArrayBuffer; readonly tag?: string }
  }
  /** When a version was last used, in milliseconds since the epoch, by its manifest's SHA-256. */
  uses: { key: string; value: number }
  /** What the device has found out, within a bound per kind and model. */
  facts: {
    key: [model: string, kind: string, key: string]
    value: KeptFact
    indexes: { order: [model: string, kind: string, order: number] }
  }
}

/**
 * Opens the database, or brings it up to date first. The connection closes by itself when a newer version of
 * this library wants to upgrade it; `onLost` then tells why.
 * @throws HomingError STORE_UNAVAILABLE when nothing happens for `patience` milliseconds, with `details.pending`, as while an
 * older tab blocks the upgrade.
 */
export async function openDatabase(
  factory: IDBFactory,
  name: string,
  onLost: (reason: string) => void,
  patience: number = openTimeout,
): Promise<IDBPDatabase<HomingDatabase>> {
  const request = factory.open(name, databaseVersion)
  let blocked = false
  request.onblocked = () => {
    blocked = true
  }
  request.onupgradeneeded = ({ oldVersion }) => {
    for (const upgrade of upgrades.slice(oldVersion, databaseVersion))
      upgrade(request.result, request.transaction!)
  }
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const giveUp = (): void => {
      // What opens after all must not stay open: it would block every later upgrade.
      request.onsuccess = () => request.result.close()
      reject(pending(blocked ? 'another tab holds an older version open' : `no answer in ${patience} ms`))
    }
    const timer = patience === Infinity ? undefined : setTimeout(giveUp, patience)
    request.onsuccess = () => {
      clearTimeout(timer)
      resolve(request.result)
    }
    request.onerror = () => {
      clearTimeout(timer)
      reject(request.error!)
    }
  })
  database.onversionchange = ({ newVersion }) => {
    database.close()
    onLost(newVersion === null ? 'it is being deleted' : 'a newer version of this app upgrades the database')
  }
  database.onclose = () => onLost('the browser closed the database')
  return wrap(database) as IDBPDatabase<HomingDatabase>
}
