import { maxDocumentBytes, maxGraphBytes } from '@homing/protocol'

/** How long what the server's own key signs is good, in milliseconds. It is signed again after half of it. */
export interface Lifetimes {
  readonly timestampMs: number
  readonly snapshotMs: number
  /** Of rollouts, patches and federated versions. */
  readonly rolloutsMs: number
}

const day = 86_400_000
export const defaultLifetimes: Lifetimes = { timestampMs: day, snapshotMs: 7 * day, rolloutsMs: 7 * day }

/** Least of them: metadata tells time in seconds, and devices need some to fetch what it names. */
export const minLifetimeMs = 2_000

/** Longest wait between two looks at what is to be signed again, in milliseconds. */
export const maxSigningPauseMs = 3_600_000

/** How many versions of each role of metadata are kept at least, and how long after a snapshot expired what it names, in milliseconds. */
export const keptVersions = 4
export const prunedAfterMs = day

/** Most bytes of metadata that is signed elsewhere: what clients take where nothing tells them a length. */
export const maxRootBytes = 512_000
export const maxOfflineBytes = 5_000_000

/** How long before metadata signed elsewhere expires the log begins to tell, in milliseconds. */
export const expiryWarningMs = 30 * day

/** Most attempts to sign or to accept metadata while other processes do. */
export const metadataAttempts = 20

/** How often a process that waits for another's lock looks again, in milliseconds, and how long it does. */
export const lockRetryMs = 10
export const lockTimeoutMs = 150_000

/** How many `first` marks a figure needs to be shown, and from how many different days. */
export interface Cohort {
  readonly marks: number
  readonly days: number
}

export const defaultCohort: Cohort = { marks: 50, days: 1 }

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
  /** The same for reads that are computed, not served from files. */
  readonly queriesPerMinute: number
  /** How long after a publication patches are made, in milliseconds: several publications are looked at together. */
  readonly patchDelayMs: number
  /** Most batches of one app a minute, and of one client address, counted in each process by itself. */
  readonly telemetryPerMinute: number
  readonly telemetryPerAddress: number
  /** Most batches that wait to be written, and to be folded. */
  readonly telemetryQueue: number
  readonly telemetryBacklog: number
  /** Most predictions that a group of a batch may claim. */
  readonly telemetryPredictions: number
  /** How many hours the bodies of batches are kept, and how many their ids: as long, one that comes again counts once. */
  readonly telemetryBodyHours: number
  readonly telemetryIdHours: number
  /** How many hours rollups are of an hour each; then they are of a day each. And how many they are kept at all. */
  readonly telemetryHourlyHours: number
  readonly telemetryKeptHours: number
}

export const defaultLimits: Limits = {
  blobBytes: maxGraphBytes,
  manifestBytes: maxDocumentBytes,
  uploadIdleMs: 30_000,
  requestMs: 600_000,
  staleUploadMs: 3_600_000,
  writesPerMinute: 6_000,
  queriesPerMinute: 6_000,
  patchDelayMs: 3_000,
  telemetryPerMinute: 60_000,
  telemetryPerAddress: 600,
  telemetryQueue: 2_000,
  telemetryBacklog: 200_000,
  telemetryPredictions: 1_000_000,
  telemetryBodyHours: 24,
  telemetryIdHours: 24 * 60,
  telemetryHourlyHours: 24 * 14,
  telemetryKeptHours: 24 * 400,
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

/** Rows of `model_files` in one statement: SQLite takes 32,766 parameters, PostgreSQL 65,535. */
export const fileRowsPerStatement = 1_000

/** Values of one list in a statement. */
export const rowsPerStatement = 1_000

/** For how long a look at the file with the keys of tokens is good, in milliseconds. */
export const tokenKeyLookMs = 1_000

/** How far the clock of whoever made a token may be ahead or behind, in seconds. */
export const tokenToleranceSeconds = 30

/** Least bytes of a secret that signs tokens or URLs: as long as its SHA-256 (RFC 7518 §3.2). */
export const minSecretBytes = 32

/** How long signed URLs are good, in seconds, where the token does not end sooner: one download of a large model. */
export const signedUrlSeconds = 3_600

/** How many of a model's newest versions get patches, beside those that serve. */
export const patchedVersions = 2

/** Against how many of the versions before it a version gets patches, beside its parent. */
export const patchBases = 3

/** Most patches of one shard that are listed, the smallest first. */
export const maxPatchesPerShard = 16

/** Longest wait for another process that makes patches, in milliseconds; after it, the next wake looks again. */
export const patchLockTimeoutMs = 600_000

/** How long the keys of apps are taken as they were read, in milliseconds: how late a process sees what another revoked. */
export const appKeysFreshMs = 1_000

/** Most bytes of a telemetry request as it comes: twice what browsers send while a page closes. */
export const telemetryBodyBytes = 128 * 1024

/** How long a batch waits for others that share its commit, in milliseconds, and how many may. */
export const commitGatherMs = 4
export const maxBatchesPerCommit = 128

/** Most bytes of batches that wait for their commit; they are in memory. */
export const maxWaitingBytes = 32 * 1024 * 1024

/** What a client is told to wait, in seconds, where the server cannot know better. */
export const overloadedRetrySeconds = 10

/** How often what came is folded into rollups, in milliseconds. */
export const foldEveryMs = 1_000

/** Most batches, and most different rollups, that one transaction folds. */
export const maxBatchesPerFold = 4_096
export const maxRollupsPerFold = 256

/** Most rollups of one app and hour: what names more models, versions, browsers or slices is counted in one for all others. */
export const maxRollupsPerHour = 5_000

/** Batches that are read back at once, to be folded: after a crash, or because another process did not. */
export const batchesReadBack = 64

/** Attempts to fold while other processes change the same rollups. */
export const foldAttempts = 10

/** Looks at least this far apart find a batch that its process left unfolded, in milliseconds. */
export const orphanAfterMs = 15_000

/** How far ahead of the server's clock an hour may be: then it is taken for the present one. Later ones are refused. */
export const maxHoursAhead = 24

/** How long figures of few devices wait for a cohort of their own kind before they are released together, in hours. */
export const cohortPatienceHours = 24

/** How often releases are looked for, and what is too old, in milliseconds. */
export const housekeepingMs = 60_000

/** Batches whose bodies or ids one statement takes away. */
export const batchesPerErasure = 500

/** Rollups that one step of down-sampling or deletion works on. */
export const rollupsPerStep = 200
