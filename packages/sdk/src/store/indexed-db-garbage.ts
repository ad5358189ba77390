import { keptSize } from './kept-blob.ts'
import { pieceSize } from './indexed-db-partials.ts'
import { keptVersions } from './kept-versions.ts'
import { readRecord } from './model-record.ts'
import type { GarbageRules } from './store.ts'
import type { WriteTransaction } from './transactions.ts'

/** `Store.collectGarbage` within one transaction over models, manifests, uses, blobs and partials. */
export async function collectIndexedDbGarbage(
  transaction: WriteTransaction,
  rules: GarbageRules,
): Promise<number> {
  const manifests = transaction.objectStore('manifests')
  const uses = transaction.objectStore('uses')
  const blobs = transaction.objectStore('blobs')
  const [values, hashes, files, usedHashes, times, blobKeys] = await Promise.all([
    transaction.objectStore('models').getAll(),
    manifests.getAllKeys(),
    manifests.getAll(),
    uses.getAllKeys(),
    uses.getAll(),
    blobs.getAllKeys(),
  ])
  const held = new Map(hashes.map((sha256, index) => [sha256, new Uint8Array(files[index]!)]))
  const kept = keptVersions(
    {
      records: values.flatMap((value) => readRecord(value) ?? []),
      manifests: held,
      uses: new Map(usedHashes.map((sha256, index) => [sha256, times[index]!])),
      blobs: new Set(blobKeys),
    },
    rules,
  )
  let freed = 0
  for (const [sha256, bytes] of held) {
    if (kept.manifests.has(sha256)) continue
    freed += bytes.byteLength
    await manifests.delete(sha256)
  }
  for (const sha256 of usedHashes) if (!kept.manifests.has(sha256)) await uses.delete(sha256)
  if (!kept.blobs) return freed
  for (const sha256 of blobKeys) {
    if (kept.blobs.has(sha256)) continue
    const file = await blobs.get(sha256)
    freed += file ? keptSize(file) : 0
    await blobs.delete(sha256)
  }
  const partials = transaction.objectStore('partials')
  for (const key of await partials.getAllKeys()) {
    if (kept.blobs.has(key[0])) continue
    freed += pieceSize(key)
    await partials.delete(key)
  }
  return freed
}
