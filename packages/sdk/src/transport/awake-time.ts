/**
 * Makes a measure of time that this thread could act in, for limits on somebody else's silence: a page in the background
 * is throttled and frozen for hours, its workers with it, and wakes to clocks that say nobody answered for so long.
 * Each call gives the milliseconds since the one before, of which at most twice `interval` count: that is how often it
 * is to be called.
 */
export function awakeTime(interval: number, now: () => number): () => number {
  let last = now()
  return () => {
    const passed = now() - last
    last += passed
    return Math.min(passed, 2 * interval)
  }
}
