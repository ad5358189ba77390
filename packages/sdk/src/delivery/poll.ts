import { HomingError } from '@homing/protocol'

import { maxPollDoublings, maxWait, nudgeInterval, pollJitter } from './config.ts'
import type { DeliveryPlatform } from './ports.ts'

/** What looks for new versions again and again. */
export interface Poll {
  /**
   * Looks now; after a look that is under way, which may have asked before what the caller waits for was published.
   * Rejects as the look does, with ABORTED after `stop()`.
   */
  look(): Promise<void>
  /** The page gained focus or came online: looks, unless the last look was a moment ago. */
  nudge(): void
  /** Ends the look under way and all later ones. Idempotent. */
  stop(): void
}

/**
 * Calls `look` every `interval` milliseconds, give or take a tenth, the first time after one interval; more rarely
 * after failures. One look runs at a time. An interval of 0 looks only when asked. A look tells of its own failure:
 * here it only stretches the wait.
 */
export function startPoll(
  look: (signal: AbortSignal) => Promise<void>,
  interval: number,
  platform: Pick<DeliveryPlatform, 'now' | 'random' | 'sleep'>,
): Poll {
  const stopped = new AbortController()
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  let failures = 0
  let lastLook = -Infinity

  function lookOnce(): Promise<void> {
    if (stopped.signal.aborted)
      return Promise.reject(new HomingError('ABORTED', 'No more looks for new versions: closed'))
    return (running ??= attempt().finally(() => (running = undefined)))
  }

  function lookAnew(): Promise<void> {
    if (!running) return lookOnce()
    return (next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return lookOnce()
      }))
  }

  async function attempt(): Promise<void> {
    lastLook = platform.now()
    try {
      await look(stopped.signal)
      failures = 0
    } catch (error) {
      failures++
      throw error
    }
  }

  /** Milliseconds until the next look. */
  function wait(): number {
    const jitter = 1 + pollJitter * (2 * platform.random() - 1)
    return Math.min(interval * 2 ** Math.min(failures, maxPollDoublings) * jitter, maxWait)
  }

  async function loop(): Promise<void> {
    for (;;) {
      await platform.sleep(wait(), stopped.signal)
      await lookOnce().catch(() => undefined)
    }
  }

  // Only `stop` ends the loop: the wait then rejects.
  if (interval > 0) loop().catch(() => undefined)

  return {
    look: lookAnew,
    nudge: () => {
      if (stopped.signal.aborted || platform.now() - lastLook < nudgeInterval) return
      lookOnce().catch(() => undefined)
    },
    stop: () => stopped.abort(),
  }
}
