/** Seed of the order of examples, unless the app says otherwise. */
export const defaultSeed = 1

/** Threads of a training worker's wasm: predictions keep the other cores. */
export const trainingThreads = 1

/** Milliseconds of steps after which the worker hears what came in meanwhile. */
export const hearingInterval = 50
