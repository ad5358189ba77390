import type { ErrorCode, Manifest, Precision } from '@homing/protocol'

import type { FactName } from './fact.ts'
import type { ForgetRules } from './forgotten.ts'

/** A version that is on the device: which manifest, by hash, and which of its parameter sets where it has several. */
export interface InstalledVersion {
  readonly version: string
  readonly manifestSha256: string
  readonly precision?: Precision
}

/** What the device remembers of one model. */
export interface ModelRecord {
  readonly model: string
  /** The version that serves. */
  readonly active?: InstalledVersion
  /** The version that served before: what a rollback goes back to. */
  readonly lastGood?: InstalledVersion
  /** Hash of the manifest of the active version, while it has not yet answered its first predictions. */
  readonly trial?: string
  /** Hash of the manifest of a version that the app went back from: it is not taken again by itself. */
  readonly declined?: string
  /** The version that personal parameters of this device were trained from. */
  readonly personalised?: InstalledVersion
  /** All blobs there and verified, not yet loaded by an engine. */
  readonly staged?: InstalledVersion
  /**
   * On its way: set before its manifest and its first blob are written, so that garbage collection, here or in
   * another tab, leaves the part that is there, and a closed tab goes on where it stopped.
   */
  readonly downloading?: InstalledVersion
  /** The app or the user wants this version and no other. */
  readonly pinned?: string
  /** Until when the user may have this model, in milliseconds since the epoch; for ever when undefined. */
  readonly until?: number
  /** Versions that failed on this device, by a key of manifest hash, SDK, engine, backend and adapter. */
  readonly rejected: Readonly<Record<string, { readonly code: string; readonly reason: string }>>
}

/** What tells garbage from what is kept. */
export interface GarbageRules {
  readonly parse: (bytes: Uint8Array) => Manifest
  /** Hashes of the manifests of versions that live tabs serve: kept as if a record led to them. */
  readonly live: ReadonlySet<string>
  /** Bytes of blobs that may be held. What must be kept is kept above it; last used versions fill the rest. */
  readonly budget: number
}

/** A stretch of a blob that is not whole yet, as it came. */
export interface BlobPiece {
  /** Offset of its first byte. */
  readonly start: number
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The strong entity tag that the server gave the whole blob. */
  readonly tag?: string
}

/** Where a piece lies in its blob: from `start` to before `end`. */
export interface PieceSpan {
  readonly sha256: string
  readonly start: number
  readonly end: number
}

/** An event that the app recorded for windowed features. */
export interface RecordedEvent {
  readonly event: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly fields: Readonly<Record<string, number>>
}

/**
 * What the device keeps. Every method is atomic; what resolved is there after a crash. Writes reject with
 * STORE_FULL when the device has no room (`details.usage` and `details.quota` in bytes, where the browser tells
 * them) and leave what was there as it was. Every method rejects with STORE_UNAVAILABLE when the store broke or
 * was closed. Reads of what is not there give `undefined`. Bytes are returned as they were stored: the reader
 * verifies them. Bytes passed in are copied; bytes returned belong to the caller, who may transfer them.
 */
export interface Store {
  readonly kind: 'indexeddb' | 'memory'
  /** Why the store is in memory, where that is not by choice. */
  readonly reason?: string | undefined
  /** The same as a code: STORE_UNAVAILABLE, STORE_FULL or STORE_NEWER. */
  readonly code?: ErrorCode | undefined

  readBlob(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** The subset of `sha256s` that is there. */
  hasBlobs(sha256s: readonly string[]): Promise<Set<string>>
  /** Takes the place of the blob's pieces too, in the same step. */
  writeBlob(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  deleteBlob(sha256: string): Promise<void>

  /** Pieces of a blob that is not whole yet, by their start; they may overlap, and leave gaps. */
  readPieces(sha256: string): Promise<BlobPiece[]>
  /** Where the pieces of these blobs lie; their bytes are not read. */
  listPieces(sha256s: readonly string[]): Promise<PieceSpan[]>
  /** Adds a piece; one that lies in the same place is replaced. */
  writePiece(sha256: string, piece: BlobPiece): Promise<void>
  deletePieces(sha256: string): Promise<void>

  /** Manifest bytes, kept exactly as they came, by hash. */
  readManifest(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  writeManifest(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  deleteManifest(sha256: string): Promise<void>

  /** Signed metadata, and documents that it vouches for, kept exactly as they came, by name. */
  readMetadata(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  writeMetadata(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>

  readModel(model: string): Promise<ModelRecord | undefined>
  /**
   * Reads, changes and writes the record in one transaction. `change` gets an empty record for a new model.
   * When it throws, nothing is written and its error is passed on.
   */
  updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<ModelRecord>

  appendEvent(event: RecordedEvent): Promise<void>
  /** Events of one name from `since` on, oldest first; of equal times in the order they were appended. */
  readEvents(event: string, since: number): Promise<RecordedEvent[]>
  deleteEventsBefore(time: number): Promise<void>

  /** What was noted under this name. */
  readFact(name: FactName): Promise<unknown>
  /**
   * Notes a small value that can be cloned, in the place of an earlier one. Of one kind and model the `keep` that were
   * noted last are kept; 64 where nothing is said. Facts lie in the open also where blobs are encrypted.
   */
  writeFact(name: FactName, value: unknown, keep?: number): Promise<void>

  /** Remembers that the version with this manifest served at `time`, in milliseconds since the epoch. */
  markUsed(manifestSha256: string, time: number): Promise<void>
  /**
   * Deletes the manifests and blobs of versions that no model record leads to (active, last good, staged, downloading,
   * personalised), no live tab serves, and that are not among the last used ones within the budget. Returns how many
   * bytes were freed. No blob is deleted while `parse` refuses a manifest that must be kept.
   */
  collectGarbage(rules: GarbageRules): Promise<number>
  /**
   * Deletes what is kept of one model, or of all, and then recorded events too: records, facts, manifests, documents, and every
   * blob, whole or begun, that no other model's manifest names. Signed metadata stays: an old repository could be shown
   * to a device without it. Rejects when anything may be left.
   */
  forget(rules: ForgetRules): Promise<void>
  /** Bytes of blobs, pieces and manifests held. */
  usage(): Promise<number>
  /** Idempotent. */
  close(): Promise<void>
}
