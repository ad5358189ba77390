import type { Outbox } from '../outbox/outbox.ts'
import { leastGap, sendJitter } from './config.ts'
import { remaining } from './pause.ts'
import type { Alone, SendPlatform } from './ports.ts'
import type { Verdict } from './post-batch.ts'
import { sendWaiting } from './send-waiting.ts'

/** What sends for one page. */
export interface Sender {
  /** Sends soon, also where an earlier failure would have it wait; not where the server asked for patience. */
  hasten(): void
  /** Stops what is being sent, and sends nothing more. What waits goes another time. Idempotent. */
  close(): void
}

/** What a sender works with. */
export interface SenderDeps {
  readonly outbox: Outbox
  /** Moves what the page has counted into batches. */
  readonly seal: () => Promise<void>
  readonly post: (body: string, signal: AbortSignal) => Promise<Verdict>
  readonly alone: Alone
  readonly platform: SendPlatform
  /** Milliseconds between rounds. */
  readonly interval: number
  /** Whether the browser knows itself to be offline. */
  readonly isOffline: () => boolean
}

/**
 * Sends in rounds for as long as the page lives, one tab at a time. Nothing depends on how it ends: what was not
 * acknowledged goes with the next round of any tab, on any later visit.
 */
export function createSender({
  outbox,
  seal,
  post,
  alone,
  platform,
  interval,
  isOffline,
}: SenderDeps): Sender {
  const life = new AbortController()
  const { signal } = life
  let hastened = true // what an earlier visit left goes first
  let wake = (): void => undefined

  /** Milliseconds until the next round. */
  const round = async (): Promise<number> => {
    const urged = hastened
    hastened = false
    const pause = await outbox.readPause()
    const left = pause ? remaining(pause, platform.time()) : 0
    if (isOffline()) return interval
    if (left > 0 && (pause!.asked || !urged)) return Math.max(left, leastGap)
    const deps = { outbox, platform, post: (body: string) => post(body, signal) }
    // A server that takes nothing, or no network, gets no new batches: the aggregate grows in size much slower than they do.
    if (await sendWaiting(deps)) {
      await seal()
      await sendWaiting(deps)
    }
    const next = await outbox.readPause()
    return next ? Math.max(leastGap, remaining(next, platform.time())) : interval
  }
  const rest = async (milliseconds: number): Promise<void> => {
    const until = new AbortController()
    wake = () => until.abort()
    if (hastened) wake()
    const jittered = milliseconds * (1 + sendJitter * (2 * platform.random() - 1))
    await platform.sleep(jittered, AbortSignal.any([signal, until.signal])).catch(() => undefined)
    wake = () => undefined
  }
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await platform.sleep(leastGap, signal)
      const wait = await alone('send', signal, round).catch(() => interval) // the outbox is broken, or this is the end
      await rest(Math.min(wait, interval))
    }
  }
  run().catch(() => undefined) // it was closed
  return {
    hasten() {
      hastened = true
      wake()
    },
    close: () => life.abort(),
  }
}
