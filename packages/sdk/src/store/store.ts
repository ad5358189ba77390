import type { Manifest } from '@homing/protocol'

/** A version that is on the device: which manifest, by hash. */
export interface InstalledVersion {
  readonly version: string
  readonly manifestSha256: string
}

/** What the device remembers of one model. */
export interface ModelRecord {
  readonly model: string
  /** The version that serves. */
  readonly active?: InstalledVersion
  /** The version that served before, kept until the active one has proved itself. */
  readonly lastGood?: InstalledVersion
  /** All blobs there and verified, not yet loaded by an engine. */
  readonly staged?: InstalledVersion
  /** The app or the user wants this version and no other. */
  readonly pinned?: string
  /** The last accepted rollout's revision; an older one is refused. */
  readonly revision?: number
  /** Versions that failed on this device, by a key of manifest hash, SDK, engine and backend. */
  readonly rejected: Readonly<Record<string, { readonly code: string; readonly reason: string }>>
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
 * STORE_FULL when the device has no room and STORE_UNAVAILABLE when the store broke. Reads of what is not there
 * give `undefined`. Bytes are returned as they were stored: the reader verifies them.
 */
export interface Store {
  readonly kind: 'indexeddb' | 'memory'
  /** Why the store is in memory, where that is not by choice. */
  readonly reason?: string

  readBlob(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** The subset of `sha256s` that is there. */
  hasBlobs(sha256s: readonly string[]): Promise<Set<string>>
  writeBlob(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  deleteBlob(sha256: string): Promise<void>

  /** Manifest bytes, kept exactly as they came, by hash. */
  readManifest(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  writeManifest(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>

  readModel(model: string): Promise<ModelRecord | undefined>
  /** Reads, changes and writes the record in one transaction. */
  updateModel(model: string, change: (record: ModelRecord) => ModelRecord): Promise<ModelRecord>

  appendEvent(event: RecordedEvent): Promise<void>
  /** Events of one name from `since` on, oldest first. */
  readEvents(event: string, since: number): Promise<RecordedEvent[]>
  deleteEventsBefore(time: number): Promise<void>

  /** Deletes manifests and blobs that no model record leads to. Returns how many bytes were freed. */
  collectGarbage(parse: (bytes: Uint8Array) => Manifest): Promise<number>
  /** Bytes of blobs and manifests held. */
  usage(): Promise<number>
  close(): Promise<void>
}
