import { HomingError } from '@homing/protocol'

import { createMemoryStore, type MemoryStore } from './memory-store.ts'
import { emptyRecord } from './model-record.ts'
import { rootsOf } from './kept-versions.ts'
import { moveOver } from './move-over.ts'
import type { GarbageRules, ModelRecord, Store } from './store.ts'

/** How a store comes back to its disk. */
export interface Recovery {
  /** Opens the disk again, once that is possible; rejects when it will not be. */
  readonly reopen: () => Promise<Store>
  /** Told when `kind` has changed. */
  readonly onChange?: (() => void) | undefined
}

/**
 * The store on `disk` as long as that works. From the first write for which it has no room, or the first failure, `kind` is
 * `memory` with a `reason`, and everything new stays in memory; what is on the disk is read and left as it was.
 * So a full disk never loses the good version on it: no record there ever leads to what is only in memory.
 *
 * A disk that broke, or that could not be opened yet (`disk` is the error then), is opened again where `recovery` says
 * how, and what is in memory moves over to it.
 */
export function withMemoryFallback(first: Store | HomingError, recovery?: Recovery): Store {
  const unopened = first instanceof HomingError ? first : undefined
  let disk = first instanceof HomingError ? undefined : first
  let memory: MemoryStore | undefined
  /** The disk cannot even be read any more. */
  let broken = false
  let closed = false
  /** Set while what is in memory moves to the disk; whatever would change it waits. */
  let moving: Promise<void> | undefined
  let recovering = false
  /** What has begun and may change the memory. */
  const changes = new Set<Promise<unknown>>()
  const seen = new Set<string>()
  /** Models whose record in memory has taken over from the one on the disk. */
  const moved = new Set<string>()
  if (unopened) fallBack(unopened)

  function fallBack(error: unknown): MemoryStore {
    if (closed || !(error instanceof HomingError)) throw error
    if (error.code !== 'STORE_FULL' && error.code !== 'STORE_UNAVAILABLE') throw error
    const before = memory
    memory ??= createMemoryStore(error)
    if (error.code === 'STORE_UNAVAILABLE' && !broken) {
      broken = true
      void recover()
    }
    if (!before) recovery?.onChange?.()
    return memory
  }

  /** Opens the disk again and moves over to it. What it is full for stays in memory. */
  async function recover(): Promise<void> {
    if (!recovery || recovering) return
    recovering = true
    try {
      const fresh = await recovery.reopen()
      if (closed) return await fresh.close()
      moving = moveTo(fresh)
      await moving
      if (!memory) recovery.onChange?.()
    } catch {
      // It stays in memory: a newer version of this app has the database, or the browser refuses it.
    } finally {
      moving = undefined
      recovering = false
    }
  }

  async function moveTo(fresh: Store): Promise<void> {
    await Promise.allSettled(changes)
    try {
      await moveOver(memory!, fresh)
      memory = undefined
      moved.clear()
    } catch (error) {
      if (!(error instanceof HomingError && error.code === 'STORE_FULL')) throw error
    }
    void disk?.close()
    disk = fresh
    broken = false
  }

  /** Runs what may change the memory: not while that moves to the disk, which in turn waits for what has begun. */
  async function change<T>(work: () => Promise<T>): Promise<T> {
    while (moving) await moving.catch(() => undefined)
    const running = work()
    changes.add(running)
    return running.finally(() => changes.delete(running))
  }

  function write<T>(
    onDisk: (disk: Store) => Promise<T>,
    inMemory: (memory: Store) => Promise<T>,
  ): Promise<T> {
    return change(() => writeNow(onDisk, inMemory))
  }

  async function writeNow<T>(
    onDisk: (disk: Store) => Promise<T>,
    inMemory: (memory: Store) => Promise<T>,
  ): Promise<T> {
    if (memory) return inMemory(memory)
    try {
      return await onDisk(disk!)
    } catch (error) {
      return inMemory(fallBack(error))
    }
  }

  /** Does it on the disk; gives `otherwise` when the disk is broken. */
  async function onDisk<T>(work: (disk: Store) => Promise<T>, otherwise: T): Promise<T> {
    if (!disk || (broken && !closed)) return otherwise
    try {
      return await work(disk)
    } catch (error) {
      fallBack(error)
      return otherwise
    }
  }

  /** Deleting makes room, so a full disk does it too. */
  function deleteEverywhere(work: (store: Store) => Promise<void>): Promise<void> {
    return change(async () => {
      await onDisk(work, undefined)
      if (memory) await work(memory)
    })
  }

  async function updateInMemory(
    memory: Store,
    model: string,
    change: (record: ModelRecord) => ModelRecord,
  ): Promise<ModelRecord> {
    const onTheDisk = moved.has(model) ? undefined : await onDisk((disk) => disk.readModel(model), undefined)
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
        : await onDisk((disk) => disk.readManifest(sha256), undefined)
      if (bytes) await memory.writeManifest(sha256, bytes)
    }
    return memory.collectGarbage(rules)
  }

  return {
    get kind() {
      return memory ? 'memory' : disk!.kind
    },
    get reason() {
      return (memory ?? disk)?.reason
    },
    get code() {
      return (memory ?? disk)?.code
    },

    readBlob: async (sha256) =>
      (await memory?.readBlob(sha256)) ?? onDisk((disk) => disk.readBlob(sha256), undefined),
    hasBlobs: async (sha256s) => {
      const there = await onDisk((disk) => disk.hasBlobs(sha256s), new Set<string>())
      for (const sha256 of (await memory?.hasBlobs(sha256s)) ?? []) there.add(sha256)
      return there
    },
    writeBlob: (sha256, bytes) =>
      write(
        (disk) => disk.writeBlob(sha256, bytes),
        (memory) => memory.writeBlob(sha256, bytes),
      ),
    deleteBlob: (sha256) => deleteEverywhere((store) => store.deleteBlob(sha256)),

    readPieces: async (sha256) => {
      const pieces = await onDisk((disk) => disk.readPieces(sha256), [])
      const later = (await memory?.readPieces(sha256)) ?? []
      return [...pieces, ...later].sort((a, b) => a.start - b.start)
    },
    listPieces: async (sha256s) => {
      const spans = await onDisk((disk) => disk.listPieces(sha256s), [])
      return [...spans, ...((await memory?.listPieces(sha256s)) ?? [])]
    },
    writePiece: (sha256, piece) =>
      write(
        (disk) => disk.writePiece(sha256, piece),
        (memory) => memory.writePiece(sha256, piece),
      ),
    deletePieces: (sha256) => deleteEverywhere((store) => store.deletePieces(sha256)),

    readManifest: async (sha256) =>
      (await memory?.readManifest(sha256)) ?? onDisk((disk) => disk.readManifest(sha256), undefined),
    writeManifest: (sha256, bytes) =>
      write(
        (disk) => disk.writeManifest(sha256, bytes),
        (memory) => memory.writeManifest(sha256, bytes),
      ),
    deleteManifest: (sha256) => deleteEverywhere((store) => store.deleteManifest(sha256)),

    readMetadata: async (name) =>
      (await memory?.readMetadata(name)) ?? onDisk((disk) => disk.readMetadata(name), undefined),
    writeMetadata: (name, bytes) =>
      write(
        (disk) => disk.writeMetadata(name, bytes),
        (memory) => memory.writeMetadata(name, bytes),
      ),

    readModel: (model) => {
      seen.add(model)
      return memory && moved.has(model)
        ? memory.readModel(model)
        : onDisk((disk) => disk.readModel(model), undefined)
    },
    updateModel: (model, change) => {
      seen.add(model)
      return write(
        (disk) => disk.updateModel(model, change),
        (memory) => updateInMemory(memory, model, change),
      )
    },

    appendEvent: (event) =>
      write(
        (disk) => disk.appendEvent(event),
        (memory) => memory.appendEvent(event),
      ),
    readEvents: async (event, since) => {
      const events = await onDisk((disk) => disk.readEvents(event, since), [])
      const newer = (await memory?.readEvents(event, since)) ?? []
      return [...events, ...newer].sort((a, b) => a.time - b.time)
    },
    deleteEventsBefore: (time) => deleteEverywhere((store) => store.deleteEventsBefore(time)),

    readFact: async (name) => {
      const noted = await memory?.readFact(name)
      return noted === undefined ? onDisk((disk) => disk.readFact(name), undefined) : noted
    },
    writeFact: (name, value, keep) =>
      write(
        (disk) => disk.writeFact(name, value, keep),
        (memory) => memory.writeFact(name, value, keep),
      ),

    markUsed: (manifestSha256, time) =>
      write(
        (disk) => disk.markUsed(manifestSha256, time),
        (memory) => memory.markUsed(manifestSha256, time),
      ),
    collectGarbage: (rules) =>
      change(() =>
        memory ? collectInMemory(memory, rules) : onDisk((disk) => disk.collectGarbage(rules), 0),
      ),
    forget: (rules) =>
      change(async () => {
        await memory?.forget(rules)
        if (!disk) throw unopened! // what is on a disk that was never opened is not forgotten
        await disk.forget(rules) // a broken disk rejects: nobody shall believe that it is empty
      }),
    usage: async () => (await onDisk((disk) => disk.usage(), 0)) + ((await memory?.usage()) ?? 0),
    close: async () => {
      closed = true
      await Promise.all([disk?.close(), memory?.close()])
    },
  }
}
