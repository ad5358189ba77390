import type { Manifest } from '@homing/protocol'
import type { IDBPTransaction, StoreNames } from 'idb'

import { readRecord } from './model-record.ts'
import type { HomingDatabase } from './open-database.ts'
import { manifestsOf, reachable } from './reachable.ts'

/** A transaction that may write. */
export type WriteTransaction = IDBPTransaction<HomingDatabase, StoreNames<HomingDatabase>[], 'readwrite'>

/** A transaction that only reads. */
export type ReadTransaction = IDBPTransaction<HomingDatabase, StoreNames<HomingDatabase>[]>

/** `Store.collectGarbage` within one transaction over models, manifests and blobs. */
export async function collectIndexedDbGarbage(
  transaction: WriteTransaction,
  parse: (bytes: Uint8Array) => Manifest,
): Promise<number> {
  const manifests = transaction.objectStore('manifests')
  const records = (await transaction.objectStore('models').getAll()).flatMap(
    (value) => readRecord(value) ?? [],
  )
  const held = new Map<string, Uint8Array>()
  for (const sha256 of records.flatMap(manifestsOf)) {
    const bytes = await manifests.get(sha256)
    if (bytes) held.set(sha256, new Uint8Array(bytes))
  }
  const keep = reachable(records, held, parse)
  let freed = 0
  for (const sha256 of await manifests.getAllKeys()) {
    if (keep.manifests.has(sha256)) continue
    freed += (await manifests.get(sha256))?.byteLength ?? 0
    await manifests.delete(sha256)
  }
  if (!keep.blobs) return freed
  const blobs = transaction.objectStore('blobs')
  for (const sha256 of await blobs.getAllKeys()) {
    if (keep.blobs.has(sha256)) continue
    freed += (await blobs.get(sha256))?.size ?? 0
    await blobs.delete(sha256)
  }
  return freed
}

/** `Store.usage` within one transaction. A blob's size is known without reading its bytes. */
export async function indexedDbUsage(transaction: ReadTransaction): Promise<number> {
  let bytes = 0
  for await (const { value } of transaction.objectStore('manifests')) bytes += value.byteLength
  for await (const { value } of transaction.objectStore('blobs')) bytes += value.size
  return bytes
}
