/** How many predictions a version must answer after it was loaded before it counts as proven. */
export const firstPredictions = 10

/** Most samples that are run as one, unless the app says otherwise: beyond, throughput gains nothing and memory grows. */
export const batchSize = 64

/** Most bytes of inputs that are run as one. */
export const maxBatchBytes = 16 * 2 ** 20

/** How long one run of several calls may take, in milliseconds, as far as earlier runs tell: later calls wait for it. */
export const maxBatchTime = 100

/** How many turns interactive calls may take in a row while background calls wait. */
export const maxBypasses = 16

/** How far samples that were run as one may lie from those run one by one, where the version's probes do not say it. */
export const batchTolerance = { absolute: 1e-4, relative: 1e-3 }

/** In how many rounds the backends of a version are timed against each other. */
export const timingRounds = 5

/** After how many milliseconds no further round is begun. */
export const timingBudget = 2_000

/** Most bytes of outputs that are kept of one call. */
export const maxKeptOutput = 64 * 1024

/** Longest time that measured calls wait to be told, in milliseconds: what the worker's death may cost. */
export const flushInterval = 300

/** Calls whose inputs wait to be measured; beyond, they are measured at once. */
export const maxUnmeasured = 32

/** Loaded versions that are measured at once: those that serve, and some that did. */
export const maxMeters = 16
