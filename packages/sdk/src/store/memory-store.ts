import type { HomingError } from '@homing/protocol'

import { maxFacts } from './config.ts'
import type { KeptFact } from './fact.ts'
import { createMemoryFacts } from './memory-facts.ts'
import { unavailable } from './store-error.ts'
import { emptyRecord } from './model-record.ts'
import { forgottenFiles, isForgottenDocument } from './forgotten.ts'
import { createMemoryPartials } from './memory-partials.ts'
import { keptVersions } from './kept-versions.ts'
import type { ModelRecord, RecordedEvent, Store } from './store.ts'

/** A store that ends with its worker. */
export interface MemoryStore extends Store {
  /** What it holds, as of now; the bytes of blobs are read one by one. */
  contents(): MemoryContents
}

/** What a store in memory holds, but for pieces of blobs. */
export interface MemoryContents {
  readonly blobs: readonly string[]
  readonly manifests: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
  readonly metadata: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
  readonly models: readonly ModelRecord[]
  readonly uses: ReadonlyMap<string, number>
  readonly events: readonly RecordedEvent[]
  readonly facts: readonly KeptFact[]
}

/** A store in memory. `cause` says why, where that is not by choice. */
export function createMemoryStore(cause?: HomingError): MemoryStore {
  // Blobs, not arrays: a browser may move them out of the worker's heap.
  const blobs = new Map<string, Blob>()
  const partials = createMemoryPartials()
  const facts = createMemoryFacts()
  const manifests = new Map<string, Uint8Array<ArrayBuffer>>()
  const metadata = new Map<string, Uint8Array<ArrayBuffer>>()
  const models = new Map<string, ModelRecord>()
  const uses = new Map<string, number>()
  let events: RecordedEvent[] = []
  let closed = false

  /** Runs `work` in one turn, hence atomically, and hands what it throws to the promise. */
  const run = <T>(work: () => T): Promise<T> =>
    new Promise((resolve) => {
      if (closed) throw unavailable('the store was closed')
      resolve(work())
    })

  return {
    kind: 'memory',
    ...(cause === undefined ? {} : { reason: cause.message, code: cause.code }),

    readBlob: async (sha256) => {
      const blob = await run(() => blobs.get(sha256))
      return blob && new Uint8Array(await blob.arrayBuffer())
    },
    hasBlobs: (sha256s) => run(() => new Set(sha256s.filter((sha256) => blobs.has(sha256)))),
    writeBlob: (sha256, bytes) =>
      run(() => {
        blobs.set(sha256, new Blob([bytes]))
        partials.delete(sha256)
      }),
    deleteBlob: (sha256) => run(() => void blobs.delete(sha256)),

    readPieces: (sha256) => run(() => partials.read(sha256)),
    listPieces: (sha256s) => run(() => partials.list(sha256s)),
    writePiece: (sha256, piece) => run(() => partials.write(sha256, piece)),
    deletePieces: (sha256) => run(() => partials.delete(sha256)),

    readManifest: (sha256) => run(() => manifests.get(sha256)?.slice()),
    writeManifest: (sha256, bytes) => run(() => void manifests.set(sha256, bytes.slice())),
    deleteManifest: (sha256) => run(() => void manifests.delete(sha256)),

    readMetadata: (name) => run(() => metadata.get(name)?.slice()),
    writeMetadata: (name, bytes) => run(() => void metadata.set(name, bytes.slice())),

    readModel: (model) => run(() => models.get(model)),
    updateModel: (model, change) =>
      run(() => {
        const record = change(models.get(model) ?? emptyRecord(model))
        models.set(model, record)
        return record
      }),

    appendEvent: (event) => run(() => void events.push(structuredClone(event))),
    readEvents: (event, since) =>
      run(() =>
        structuredClone(
          events
            .filter((recorded) => recorded.event === event && recorded.time >= since)
            .sort((a, b) => a.time - b.time),
        ),
      ),
    deleteEventsBefore: (time) =>
      run(() => void (events = events.filter((recorded) => recorded.time >= time))),

    readFact: (name) => run(() => facts.read(name)),
    writeFact: (name, value, keep = maxFacts) => run(() => facts.write(name, value, keep)),

    markUsed: (manifestSha256, time) => run(() => void uses.set(manifestSha256, time)),
    collectGarbage: (rules) =>
      run(() => {
        const held = { records: [...models.values()], manifests, uses, blobs: new Set(blobs.keys()) }
        const kept = keptVersions(held, rules)
        let freed = 0
        for (const [sha256, bytes] of manifests) {
          if (!kept.manifests.has(sha256)) freed += manifests.delete(sha256) ? bytes.byteLength : 0
        }
        for (const sha256 of uses.keys()) if (!kept.manifests.has(sha256)) uses.delete(sha256)
        if (!kept.blobs) return freed
        for (const [sha256, blob] of blobs) {
          if (!kept.blobs.has(sha256)) freed += blobs.delete(sha256) ? blob.size : 0
        }
        return freed + partials.keepOnly(kept.blobs)
      }),
    forget: (rules) =>
      run(() => {
        const gone = forgottenFiles(manifests, rules)
        if (rules.model === undefined) {
          models.clear()
          uses.clear()
          events = []
        } else models.delete(rules.model)
        facts.forget(rules.model)
        for (const sha256 of gone.manifests) {
          manifests.delete(sha256)
          uses.delete(sha256)
        }
        for (const sha256 of blobs.keys()) if (!gone.keptBlobs.has(sha256)) blobs.delete(sha256)
        partials.keepOnly(gone.keptBlobs)
        for (const name of metadata.keys()) if (isForgottenDocument(name, rules)) metadata.delete(name)
      }),
    usage: () =>
      run(() => {
        let bytes = partials.size()
        for (const manifest of manifests.values()) bytes += manifest.byteLength
        for (const blob of blobs.values()) bytes += blob.size
        return bytes
      }),
    contents: () => ({
      blobs: [...blobs.keys()],
      manifests: new Map(manifests),
      metadata: new Map(metadata),
      models: [...models.values()],
      uses: new Map(uses),
      events: [...events],
      facts: facts.all(),
    }),
    close: () => {
      closed = true
      blobs.clear()
      partials.keepOnly(new Set())
      manifests.clear()
      metadata.clear()
      return Promise.resolve()
    },
  }
}
