/** Groups that are held at once; beyond, slices are told together, and then predictions dropped. */
export const maxHeldGroups = 64

/** Groups that are held at once where slices no longer divide them. */
export const maxGroupsInAll = 96

/** Different goals that a page may track; further ones are told together. */
export const maxGoals = 32

/** Labels of a prediction whose probabilities are kept until the truth is known. */
export const maxScoredLabels = 16

/** Samples of one call that may get feedback. */
export const maxPendingSamples = 64

/** Inferred negatives that are looked for at a time. */
export const settledAtOnce = 256

/** Events that are held at once. */
export const maxHeldEvents = 200

/** Predictions that wait for feedback in memory, where there is no IndexedDB. */
export const maxPendingInMemory = 1_000
