/** Milliseconds since `start`, a value of `performance.now()`. */
export const since = (start: number): number => performance.now() - start
