/** What sending takes from its surroundings, so that tests can put others in their place. */
export interface SendPlatform {
  readonly fetch: typeof fetch
  /** Milliseconds since the epoch, as the device believes. */
  readonly time: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Resolves after `ms`, or rejects as soon as `signal` aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/**
 * Runs `work` while no other tab runs work of this name; beside others where tabs cannot agree: then two may send the same
 * batch, which counts once by its id.
 */
export type Alone = <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>
