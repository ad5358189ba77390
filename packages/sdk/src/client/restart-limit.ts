import { HomingError } from '@homing/protocol'

import { deathWindow, maxDeaths } from './config.ts'

/** Keeps a worker that dies again and again from being started again and again. */
export interface RestartLimit {
  /** @throws HomingError WORKER_LOST with `details.retryAfter` (seconds) when it has died too often a moment ago. */
  check(): void
  died(): void
}

/** A limit for the worker `name`. `now` is in milliseconds; only differences count. */
export function restartLimit(name: string, now: () => number): RestartLimit {
  let deaths: readonly number[] = []
  return {
    check() {
      deaths = deaths.filter((time) => now() - time < deathWindow)
      if (deaths.length < maxDeaths) return
      const retryAfter = Math.ceil((deaths[0]! + deathWindow - now()) / 1_000)
      throw new HomingError(
        'WORKER_LOST',
        `The ${name} worker died ${deaths.length} times within ${deathWindow / 1_000} s. It is not started again for ${retryAfter} s.`,
        { details: { retryAfter } },
      )
    },
    died() {
      deaths = [...deaths, now()]
    },
  }
}
