import { maxGraphBytes } from '@homing/protocol'

/** Longest wait for the head of an answer, in milliseconds. */
export const responseTimeout = 15_000

/** Longest wait for the next bytes of an answer, in milliseconds. */
export const stallTimeout = 15_000

/** How often a request is made in all, when it fails in a way that may pass. */
export const maxAttempts = 3

/** How often in a row a request for a blob may bring next to nothing. */
export const maxBlobAttempts = 5

/** So many bytes of a blob are worth an attempt: those that failed before it are forgotten. */
export const worthwhileBytes = 64 * 1024

/** How many copies of a blob may turn out to be spoiled before it is given up. */
export const maxSpoiledCopies = 2

/** What has arrived of a blob is kept whenever it is so many bytes more: half a MiB for all that arrive at a time. */
export const pieceSize = 128 * 1024

/** Most bytes that are read from the network at once. */
export const readSize = 64 * 1024

/** Wait before the second attempt, in milliseconds, give or take half; it doubles with each further one. */
export const retryDelay = 500

/** Longest `Retry-After` that a request waits out, in milliseconds; a longer one fails at once. */
export const maxRetryAfter = 30_000

/** Most bytes of one file of a version: a graph, a shard or a document. */
export const maxBlobBytes = maxGraphBytes

/** Most files of one version that are fetched at the same time. */
export const parallelDownloads = 4

/** How many bytes may be on their way at the same time before fewer files are, but for two. */
export const parallelBytes = 16 * 1024 * 1024

/** Least time between two tellings of progress, in milliseconds; the last is always told. */
export const progressInterval = 100

/** Share of the poll interval by which each wait is longer or shorter, so that devices spread out. */
export const pollJitter = 0.1

/** Least time between two looks that the page asks for by gaining focus or coming online, in milliseconds. */
export const nudgeInterval = 30_000

/** Longest wait that `setTimeout` takes, in milliseconds (25 days); a longer one would end at once. */
export const maxWait = 2 ** 31 - 1

/** After looks that failed, the poll interval doubles up to this many times. */
export const maxPollDoublings = 3

/** After this time, in milliseconds, the download of a signed document must have kept up with `minBytesPerSecond`. */
export const graceTime = 10_000

/** Least average speed of a signed document; a slower one holds updates up on purpose. */
export const minBytesPerSecond = 1_024

/** Most bytes of a timestamp, which no role above it gives a length. */
export const maxTimestampBytes = 16_384

/** Most bytes of a next root, which none vouches for before it is read. */
export const maxRootBytes = 512_000

/** Longest time in milliseconds without a refresh from the root on, however quiet the repository is: a day. */
export const wholeRefreshInterval = 86_400_000

/** How long before its end a token is replaced, in milliseconds: a request may take that long to arrive. */
export const tokenMargin = 30_000

/** Longest wait for the app's hook to give a token, in milliseconds: it may ask the user. */
export const tokenTimeout = 60_000

/** Least time that a token is used, in milliseconds, unless it is refused: the device's clock may be wrong. */
export const minTokenUse = 60_000

/** Most bytes of an answer with signed addresses. */
export const maxSignedAnswer = 64 * 1024
