/** What a store takes in: a request body, or bytes in an array. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/**
 * The published files, at their places in the static layout (`paths` of the protocol).
 *
 * A file is there whole or not at all, at every moment and after a crash at any point; what a write reports is
 * durable. Several processes may share one store. Paths come from `paths`, never from a request.
 */
export interface BlobStore {
  /**
   * Stores the bytes of `source` at `blobs/<sha256>`. A blob that is there already is replaced by the same bytes,
   * which heals a damaged one.
   * @returns its size in bytes.
   * @throws HomingError BODY_TOO_LARGE after `maxBytes`; INTEGRITY_FAILED when the hash is another; nothing is kept then.
   */
  putBlob(sha256: string, source: ByteSource, maxBytes: number): Promise<number>
  /** Stores `bytes` at `path`, in place of what is there. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** The bytes at `path`; undefined when nothing is there. */
  read(path: string): Promise<Uint8Array | undefined>
  /** The size in bytes of the file at `path`; undefined when nothing is there. */
  size(path: string): Promise<number | undefined>
  /** Deletes what is at `path`, with its compressed forms, if anything is. */
  remove(path: string): Promise<void>
  /** Resolves when the store can be written. */
  check(): Promise<void>
}
