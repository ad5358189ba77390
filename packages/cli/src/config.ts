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
