import { HomingError } from '@homing/protocol'

/** What IndexedDB threw: STORE_FULL over quota, else STORE_UNAVAILABLE. */
export function outboxError(cause: unknown): HomingError {
  if (cause instanceof HomingError) return cause
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : ''
  if (name === 'QuotaExceededError')
    return new HomingError('STORE_FULL', "The browser's storage has no room left for telemetry.", { cause })
  return unavailable(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), cause)
}

/** STORE_UNAVAILABLE because of `reason`. */
export function unavailable(reason: string, cause?: unknown): HomingError {
  const message = `IndexedDB is not available for telemetry: ${reason}`
  return new HomingError('STORE_UNAVAILABLE', message, cause === undefined ? {} : { cause })
}
