import { pieceSize } from './indexed-db-partials.ts'
import { keptSize } from './kept-blob.ts'
import type { ReadTransaction } from './transactions.ts'

/** `Store.usage` within one transaction. A blob's size is known without reading its bytes. */
export async function indexedDbUsage(transaction: ReadTransaction): Promise<number> {
  let bytes = 0
  for await (const { value } of transaction.objectStore('manifests')) bytes += value.byteLength
  for await (const { value } of transaction.objectStore('blobs')) bytes += keptSize(value)
  for (const key of await transaction.objectStore('partials').getAllKeys()) bytes += pieceSize(key)
  return bytes
}
