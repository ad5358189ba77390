import { HomingError } from '@homing/protocol'

import { retryBaseMs, retryMaxMs } from '../config.ts'

/** How often and how long apart something is tried. */
export interface Retry {
  readonly attempts: number
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly random: () => number
  readonly signal?: AbortSignal | undefined
}

/** What `act` gives; after a failure that may pass, it is called again. Throws the last failure. */
export async function retried<T>(
  act: () => Promise<T>,
  { attempts, wait, random, signal }: Retry,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !mayPass(error)) throw error
      await wait(waitOf(error, attempt, random), signal)
      if (signal?.aborted) throw error
    }
  }
}

/** Of statuses, only those of a server in trouble or busy: a 404 stays one. */
function mayPass(error: unknown): error is HomingError {
  if (!(error instanceof HomingError) || !error.retryable || error.code === 'ABORTED') return false
  const { status } = error.details
  return (
    typeof status !== 'number' ||
    status >= 500 ||
    status === 408 ||
    status === 429 ||
    error.code === 'INTEGRITY_FAILED'
  )
}

function waitOf(error: HomingError, attempt: number, random: () => number): number {
  const backoff = retryBaseMs * 2 ** (attempt - 1) * (0.5 + random() / 2)
  const { retryAfter } = error.details
  const asked = typeof retryAfter === 'number' ? retryAfter * 1000 : 0
  return Math.min(Math.max(backoff, asked), retryMaxMs)
}
