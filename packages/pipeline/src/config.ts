/** Most characters of a value that a `pattern` check reads: a bound on what a backtracking expression can cost. */
export const maxPatternInput = 1024

/** Most pixels of one image that is encoded (32 Mi: 384 MiB as float32 RGB). */
export const maxImagePixels = 32 * 1024 * 1024

/** Labels that `top` lists where the pipeline does not say. */
export const defaultTop = 5
