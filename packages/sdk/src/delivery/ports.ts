/** A stretch of a blob that is not whole yet, as `store/store.ts` keeps it. */
export interface BlobPiece {
  readonly start: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly tag?: string
}

/** Where a piece lies in its blob. */
export interface PieceSpan {
  readonly sha256: string
  readonly start: number
  readonly end: number
}

/** The part of a store that delivery needs. `store/store.ts` states the guarantees. */
export interface ContentStore {
  readBlob(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  hasBlobs(sha256s: readonly string[]): Promise<Set<string>>
  writeBlob(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  deleteBlob(sha256: string): Promise<void>
  readPieces(sha256: string): Promise<BlobPiece[]>
  listPieces(sha256s: readonly string[]): Promise<PieceSpan[]>
  writePiece(sha256: string, piece: BlobPiece): Promise<void>
  deletePieces(sha256: string): Promise<void>
  readManifest(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  writeManifest(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  deleteManifest(sha256: string): Promise<void>
}

/** The part of a store that keeps signed metadata, and documents that it vouches for, by name. */
export interface MetadataRecords {
  readMetadata(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  writeMetadata(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
}

/** What delivery takes from its surroundings, so that tests can put others in their place. */
export interface DeliveryPlatform {
  readonly fetch: typeof fetch
  /** Milliseconds; only differences count. */
  readonly now: () => number
  /** Milliseconds since the epoch, as the device believes: what expiry is held against. */
  readonly time: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Resolves after `ms`, or rejects with ABORTED as soon as `signal` aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}
