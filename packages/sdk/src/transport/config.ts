/** Milliseconds in which a worker must have started, script and all. */
export const workerStartTimeout = 30_000

/** Milliseconds between two signs of life, where Web Locks are missing. */
export const beatInterval = 1_000

/** Milliseconds without a sign of life after which a worker counts as dead. A blocked engine call gives none. */
export const beatLimit = 120_000
