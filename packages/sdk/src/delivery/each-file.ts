import { type FileRef, maxShardBytes } from '@homing/protocol'

import { parallelBytes, parallelDownloads } from './config.ts'

/**
 * Runs `work` on each file, a few at a time. The first failure aborts the rest, and rejects once they have ended. Files that
 * come one after another get the same memory: new memory for each would wait for the garbage collector.
 */
export async function eachFile(
  refs: readonly FileRef[],
  outer: AbortSignal | undefined,
  work: (ref: FileRef, memory: ArrayBuffer, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal
  const queue = refs.values()
  let failure: { error: unknown } | undefined
  const lane = async (): Promise<void> => {
    const memory = new ArrayBuffer(maxShardBytes)
    for (const ref of queue) {
      if (failure) return
      try {
        await work(ref, memory, signal)
      } catch (error) {
        failure ??= { error }
        stop.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: lanesFor(refs) }, lane))
  if (failure) throw failure.error
}

/** Two of the largest shards keep a connection busy, and more of them would only take more memory. */
function lanesFor(refs: readonly FileRef[]): number {
  const largest = Math.max(1, ...refs.map(({ size }) => size))
  return Math.min(parallelDownloads, Math.max(2, Math.floor(parallelBytes / largest)))
}
