import type { MemoryStore } from './memory-store.ts'
import type { ModelRecord, Store } from './store.ts'

/**
 * Copies what a session kept in memory to a disk that can be used again: first what records lead to, then the records.
 * Metadata that the disk has is left, as it may be later than what this session has seen.
 * @throws HomingError STORE_FULL, STORE_UNAVAILABLE; what the disk had is as it was.
 */
export async function moveOver(memory: MemoryStore, disk: Store): Promise<void> {
  const { blobs, manifests, metadata, models, uses, events, facts } = memory.contents()
  const there = await disk.hasBlobs(blobs)
  const copied: string[] = []
  for (const sha256 of blobs) {
    const bytes = there.has(sha256) ? undefined : await memory.readBlob(sha256)
    if (!bytes) continue
    try {
      await disk.writeBlob(sha256, bytes)
    } catch (error) {
      // No record leads to them, and a disk that is full has better use for the room.
      for (const useless of copied) await disk.deleteBlob(useless).catch(() => undefined)
      throw error
    }
    copied.push(sha256)
  }
  for (const [sha256, bytes] of manifests) await disk.writeManifest(sha256, bytes)
  for (const [sha256, time] of uses) await disk.markUsed(sha256, time)
  for (const [name, bytes] of metadata)
    if (!(await disk.readMetadata(name))) await disk.writeMetadata(name, bytes)
  for (const record of models) await disk.updateModel(record.model, (kept) => joined(kept, record))
  for (const event of events) await disk.appendEvent(event)
  for (const { value, ...name } of facts) await disk.writeFact(name, value)
}

/** What the session did goes on; what the disk had before is the version to go back to, where the session has none. */
function joined(kept: ModelRecord, session: ModelRecord): ModelRecord {
  const { active: before } = kept
  const replaced = before && before.manifestSha256 !== session.active?.manifestSha256 ? before : kept.lastGood
  const lastGood = session.lastGood ?? (session.active ? replaced : kept.lastGood)
  // Which version is on trial and which was left was decided anew with the one that serves; downloads may be another tab's.
  const { trial: _, declined: __, ...rest } = kept
  return {
    ...(session.active ? rest : kept),
    ...session,
    ...(lastGood ? { lastGood } : {}),
    rejected: { ...kept.rejected, ...session.rejected },
  }
}
