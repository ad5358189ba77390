/** Most batches that wait to be sent. */
export const maxBatches = 128

/** Most bytes of JSON in batches that wait to be sent. */
export const maxWaitingBytes = 4 * 2 ** 20

/** Largest age of a batch that waits to be sent, in milliseconds: longer than any holiday, shorter than a server's patience. */
export const maxBatchAge = 30 * 86_400_000

/** How often a batch may fail by itself, as by a status of 500, before it is dropped. */
export const maxAttempts = 8

/** Most predictions that wait for feedback on a device. */
export const maxPending = 10_000

/** How many marks of first batches are kept of one model and version: of so many days, whatever the clock says. */
export const maxMarks = 64

/** How many models and versions have marks. */
export const maxMarked = 64

/** Longest wait for IndexedDB to open, in milliseconds; what is counted meanwhile waits in memory. */
export const openTimeout = 5_000

/** Longest time that something counted is in memory alone while the page is visible, in milliseconds. */
export const saveInterval = 50

/** How many groups a running aggregate may have before it is moved into batches, also where none can be sent. */
export const fullGroups = 48

/**
 * How long ago a session must have saved something to count as dead, in milliseconds, where no Web Lock tells: a live one is
 * then told that it was adopted, and loses what it has not saved.
 */
export const deadAfter = 600_000
