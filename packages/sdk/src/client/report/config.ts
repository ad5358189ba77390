/** Calls that the black box holds, unless the app says otherwise. */
export const defaultLoggedCalls = 256

/** Calls whose inputs and outputs it holds, where the app has consented; the last ones. */
export const maxKeptInputs = 8

/** Most bytes of inputs and outputs of one call that it holds. */
export const maxKeptBytes = 4 * 1024 * 1024

/** Calls of a model that the device keeps beyond the life of a page. */
export const maxKeptCalls = 128

/** How long calls wait before they are kept there, in milliseconds: what a crash may lose. */
export const keepInterval = 2_000
