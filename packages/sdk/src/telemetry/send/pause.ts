import type { Pause } from '../outbox/outbox.ts'
import { firstBackoff, maxBackoff, maxRetryAfter } from './config.ts'

/** The pause after one more failed round: twice as long as the last, with jitter, or as long as the server asks for. */
export function nextPause(
  before: Pause | undefined,
  {
    now,
    random,
    after,
  }: { readonly now: number; readonly random: number; readonly after?: number | undefined },
): Pause {
  const failures = (before?.failures ?? 0) + 1
  const backoff = Math.min(maxBackoff, firstBackoff * 2 ** Math.min(failures - 1, 30)) * (0.5 + random / 2)
  const asked = after !== undefined
  const wait = asked ? Math.max(backoff, Math.min(after, maxRetryAfter)) : backoff
  return { from: now, until: now + wait, failures, asked }
}

/** Milliseconds that are left of a pause. None when the clock went back to before it: nobody knows how long it has lasted. */
export function remaining({ from, until }: Pause, now: number): number {
  return now < from ? 0 : Math.max(0, until - now)
}
