import { maxDocumentBytes, maxGraphBytes } from '@homing/protocol'

/** Bounds of one server process. All can be set; the defaults are for one machine behind no proxy. */
export interface Limits {
  /** Most bytes of one blob. */
  readonly blobBytes: number
  /** Most bytes of one manifest. */
  readonly manifestBytes: number
  /** Longest time without a byte in an upload, in milliseconds. */
  readonly uploadIdleMs: number
  /** Longest time for a whole request to arrive, in milliseconds. */
  readonly requestMs: number
  /** Age from which a file in `incoming/` belongs to no live upload, in milliseconds. Longer than `requestMs`. */
  readonly staleUploadMs: number
  /** Most write requests of one client address a minute, counted in each process by itself. */
  readonly writesPerMinute: number
}

export const defaultLimits: Limits = {
  blobBytes: maxGraphBytes,
  manifestBytes: maxDocumentBytes,
  uploadIdleMs: 30_000,
  requestMs: 600_000,
  staleUploadMs: 3_600_000,
  writesPerMinute: 6_000,
}

/** Most bytes of a JSON body: 100,000 hashes in `POST /v1/blobs/missing`. */
export const jsonBodyBytes = 8 * 1024 * 1024

/** Least characters of the admin token. */
export const minTokenLength = 16

/** How long the rest of a refused body is read, in milliseconds, so that the client gets to see the refusal. */
export const lingerMs = 5_000

/** Longest wait for another process's transaction, in milliseconds. It blocks this process. */
export const busyTimeoutMs = 5_000

/** Wait between attempts to migrate while another process does, in milliseconds, and their number. */
export const migrationRetryMs = 100
export const migrationAttempts = 300

/** Least bytes of a file that is worth compressing ahead, and the share of its size that must be saved. */
export const minCompressBytes = 512
export const minCompressSaving = 0.1

/** Files up to this size are compressed at brotli's best quality (slow); larger ones at a fast one. */
export const bestCompressionBytes = 1024 * 1024

/** Most attempts to change a rollout that others change at the same time. */
export const rolloutAttempts = 100

/** Most files whose size is asked for at once. */
export const statConcurrency = 32

/** How long answers to CORS preflights may be kept, in seconds. */
export const preflightSeconds = 86_400

/** How often connections are looked at while the server closes, in milliseconds. */
export const idleCloseMs = 50
