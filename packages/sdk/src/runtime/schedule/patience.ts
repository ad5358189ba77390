import { since } from '../clock.ts'
import type { QueuedCall } from '../queued-call.ts'

/** Milliseconds that a call may still wait for others to share its run. */
export function patienceOf({ request: { batch }, enqueued, alone }: QueuedCall): number {
  if (alone || batch === false) return 0
  return Math.max(0, (batch?.maxWait ?? 0) - since(enqueued))
}
