/** Blobs that are uploaded at once. */
export const uploadConcurrency = 4

/** Attempts of one request before it counts as failed. */
export const requestAttempts = 5

/** First wait between two attempts, in milliseconds; it doubles each time and is drawn from its upper half. */
export const retryBaseMs = 250

/** Longest wait between two attempts, in milliseconds, also where a server asks for a longer one. */
export const retryMaxMs = 30_000

/** Longest time for an answer about documents, in milliseconds. */
export const requestTimeoutMs = 30_000

/** Longest time for the upload of one blob, in milliseconds. */
export const uploadTimeoutMs = 600_000

/** Most bytes of an answer that are read. */
export const maxAnswerBytes = 16 * 1024 * 1024

/** Most bytes of an ONNX file: protocol buffers end at 2 GiB. Larger models keep their tensors in external data. */
export const maxModelBytes = 2 ** 31 - 1

/** How often a change of metadata is made again because someone else was first. */
export const conflictAttempts = 20

/** Most bytes of parameters with which a model is run here: the engine holds them beside this process's own copy. */
export const maxRunBytes = 2 ** 30

/** Inputs that are drawn where the publisher gives none: most of one example, then of several. */
export const drawnCases = 6

/** Most bytes of drawn inputs, where two are less: a device downloads them before its first prediction. */
export const maxDrawnBytes = 1024 * 1024

/** Most channels of a model that are damaged to see whether its probes notice. */
export const maxDamagedChannels = 16

/** Most bytes of parameters that are loaded for that, over all channels: each needs the model once more. */
export const maxDamagedBytes = 256 * 1024 * 1024
