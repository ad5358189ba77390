/** Milliseconds between rounds of sending, unless the app says otherwise. */
export const defaultSendInterval = 60_000

/** By what share of itself that interval varies: the pages of an app must not send in step. */
export const sendJitter = 0.1

/** Least milliseconds between two rounds, however often one is hastened. */
export const leastGap = 1_000

/** Milliseconds after which a request counts as lost. */
export const requestTimeout = 30_000

/** Most bytes of a request that may outlive its page: browsers allow 64 KiB for all of those together. */
export const maxKeepalive = 60_000

/** Milliseconds of the first wait after a failed round; each further one is twice as long. */
export const firstBackoff = 5_000

/** Longest wait after failed rounds, in milliseconds. */
export const maxBackoff = 3_600_000

/** Longest wait that a server may ask for, in milliseconds. */
export const maxRetryAfter = 86_400_000

/** How many batches may fail by themselves in one round before it is the server that is at fault. */
export const maxRoundFailures = 2
