import { type ErrorCode, HomingError } from '@homing/protocol'

import { maxAttempts, maxRetryAfter, retryDelay } from './config.ts'
import type { DeliveryPlatform } from './ports.ts'

const passing: ReadonlySet<ErrorCode> = new Set([
  'NETWORK_FAILED',
  'TIMEOUT',
  'RATE_LIMITED',
  'INTEGRITY_FAILED',
])

/**
 * The result of `attempt`, made again after failures that may pass: no connection, no answer in time, status 408,
 * 425, 429 or 5xx, spoiled bytes. Waits grow twofold with jitter, or are what the server asks for.
 */
export async function withRetry<T>(
  platform: DeliveryPlatform,
  attempt: (number: number) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number)
    } catch (error) {
      const wait = number < maxAttempts ? waitAfter(error, number, platform.random()) : undefined
      if (wait === undefined) throw error
      await platform.sleep(wait, signal)
    }
  }
}

/** Milliseconds to wait after attempt `number` failed; undefined when another one is of no use. */
export function waitAfter(error: unknown, number: number, random: number): number | undefined {
  if (!(error instanceof HomingError) || !mayPass(error)) return undefined
  const backoff = retryDelay * 2 ** (number - 1) * (0.5 + random)
  const { retryAfter } = error.details
  const asked = typeof retryAfter === 'number' ? retryAfter * 1000 : 0
  return asked > maxRetryAfter ? undefined : Math.max(backoff, asked)
}

function mayPass({ code, details }: HomingError): boolean {
  if (code !== 'HTTP_STATUS') return passing.has(code)
  const status = Number(details.status)
  return status >= 500 || status === 408 || status === 425
}
