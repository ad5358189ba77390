import { diskAndMemory, type Recovery, type UnopenedDisk } from './disk-and-memory.ts'
import { emptyRecord } from './model-record.ts'
import { rootsOf } from './roots-of.ts'
import type { GarbageRules, ModelRecord, Store } from './store.ts'

/**
 * The store on `disk` as long as that works. From the first write for which it has no room, or the first failure, `kind` is
 * `memory` with a `reason`, and everything new stays in memory; what is on the disk is read and left as it was.
 * So a full disk never loses the good version on it: no record there ever leads to what is only in memory.
 *
 * A disk that broke, or that could not be opened yet, is opened again where `recovery` says
 * how, and what is in memory moves over to it.
 */
export function withMemoryFallback(first: Store | UnopenedDisk, recovery?: Recovery): Store {
  const seen = new Set<string>()
  /** Models whose record in memory has taken over from the one on the disk. */
  const moved = new Set<string>()
  const both = diskAndMemory(first, recovery, () => moved.clear())

  async function updateInMemory(
    memory: Store,
    model: string,
    change: (record: ModelRecord) => ModelRecord,
  ): Promise<ModelRecord> {
    const onTheDisk = moved.has(model)
      ? undefined
      : await both.onDisk((disk) => disk.readModel(model), undefined)
    return memory.updateModel(model, (record) => {
      const changed = change(moved.has(model) ? record : (onTheDisk ?? emptyRecord(model)))
      moved.add(model)
      return changed
    })
  }

  /** Garbage in memory, judged by records and manifests that may still lie on the disk. The disk is left alone. */
  async function collectInMemory(memory: Store, rules: GarbageRules): Promise<number> {
    const wanted = new Set(rules.live)
    for (const model of seen) {
      const record = await updateInMemory(memory, model, (same) => same)
      for (const sha256 of rootsOf(record)) wanted.add(sha256)
    }
    for (const sha256 of wanted) {
      const bytes = (await memory.readManifest(sha256))
        ? undefined
        : await both.onDisk((disk) => disk.readManifest(sha256), undefined)
      if (bytes) await memory.writeManifest(sha256, bytes)
    }
    return memory.collectGarbage(rules)
  }

  return {
    get kind() {
      return both.memory ? 'memory' : both.disk!.kind
    },
    get reason() {
      return (both.memory ?? both.disk)?.reason
    },
    get code() {
      return (both.memory ?? both.disk)?.code
    },

    readBlob: async (sha256) =>
      (await both.memory?.readBlob(sha256)) ?? both.onDisk((disk) => disk.readBlob(sha256), undefined),
    hasBlobs: async (sha256s) => {
      const there = await both.onDisk((disk) => disk.hasBlobs(sha256s), new Set<string>())
      for (const sha256 of (await both.memory?.hasBlobs(sha256s)) ?? []) there.add(sha256)
      return there
    },
    writeBlob: (sha256, bytes) =>
      both.write(
        (disk) => disk.writeBlob(sha256, bytes),
        (memory) => memory.writeBlob(sha256, bytes),
      ),
    deleteBlob: (sha256) => both.deleteEverywhere((store) => store.deleteBlob(sha256)),

    readPieces: async (sha256) => {
      const pieces = await both.onDisk((disk) => disk.readPieces(sha256), [])
      const later = (await both.memory?.readPieces(sha256)) ?? []
      return [...pieces, ...later].sort((a, b) => a.start - b.start)
    },
    listPieces: async (sha256s) => {
      const spans = await both.onDisk((disk) => disk.listPieces(sha256s), [])
      return [...spans, ...((await both.memory?.listPieces(sha256s)) ?? [])]
    },
    writePiece: (sha256, piece) =>
      both.write(
        (disk) => disk.writePiece(sha256, piece),
        (memory) => memory.writePiece(sha256, piece),
      ),
    deletePieces: (sha256) => both.deleteEverywhere((store) => store.deletePieces(sha256)),

    readManifest: async (sha256) =>
      (await both.memory?.readManifest(sha256)) ??
      both.onDisk((disk) => disk.readManifest(sha256), undefined),
    writeManifest: (sha256, bytes) =>
      both.write(
        (disk) => disk.writeManifest(sha256, bytes),
        (memory) => memory.writeManifest(sha256, bytes),
      ),
    deleteManifest: (sha256) => both.deleteEverywhere((store) => store.deleteManifest(sha256)),

    readMetadata: async (name) =>
      (await both.memory?.readMetadata(name)) ?? both.onDisk((disk) => disk.readMetadata(name), undefined),
    writeMetadata: (name, bytes) =>
      both.write(
        (disk) => disk.writeMetadata(name, bytes),
        (memory) => memory.writeMetadata(name, bytes),
      ),

    readModel: (model) => {
      seen.add(model)
      return both.memory && moved.has(model)
        ? both.memory.readModel(model)
        : both.onDisk((disk) => disk.readModel(model), undefined)
    },
    updateModel: (model, change) => {
      seen.add(model)
      return both.write(
        (disk) => disk.updateModel(model, change),
        (memory) => updateInMemory(memory, model, change),
      )
    },

    appendEvent: (event) =>
      both.write(
        (disk) => disk.appendEvent(event),
        (memory) => memory.appendEvent(event),
      ),
    readEvents: async (event, since) => {
      const events = await both.onDisk((disk) => disk.readEvents(event, since), [])
      const newer = (await both.memory?.readEvents(event, since)) ?? []
      return [...events, ...newer].sort((a, b) => a.time - b.time)
    },
    deleteEventsBefore: (time) => both.deleteEverywhere((store) => store.deleteEventsBefore(time)),

    readFact: async (name) => {
      const noted = await both.memory?.readFact(name)
      return noted === undefined ? both.onDisk((disk) => disk.readFact(name), undefined) : noted
    },
    writeFact: (name, value, keep) =>
      both.write(
        (disk) => disk.writeFact(name, value, keep),
        (memory) => memory.writeFact(name, value, keep),
      ),

    markUsed: (manifestSha256, time) =>
      both.write(
        (disk) => disk.markUsed(manifestSha256, time),
        (memory) => memory.markUsed(manifestSha256, time),
      ),
    collectGarbage: (rules) =>
      both.change(() =>
        both.memory
          ? collectInMemory(both.memory, rules)
          : both.onDisk((disk) => disk.collectGarbage(rules), 0),
      ),
    forget: (rules) =>
      both.change(async () => {
        await both.memory?.forget(rules)
        if (!both.disk) throw (first as UnopenedDisk).error // what is on a disk that was never opened is not forgotten
        await both.disk.forget(rules) // a broken disk rejects: nobody shall believe that it is empty
      }),
    usage: async () => (await both.onDisk((disk) => disk.usage(), 0)) + ((await both.memory?.usage()) ?? 0),
    close: () => both.close(),
  }
}
