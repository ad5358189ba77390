import { HomingError } from '@homing/protocol'

/** Bytes that the origin uses and may use, where the browser tells them. */
export type StorageEstimator = () => Promise<{ usage?: number; quota?: number }>

/** Asks the browser; knows nothing where it cannot be asked (webviews, Node, insecure contexts). */
export const browserEstimate: StorageEstimator = async () => {
  // `navigator.storage` is missing in insecure contexts, against its type.
  const { storage } = navigator as { storage?: Partial<StorageManager> }
  return (await storage?.estimate?.().catch(() => undefined)) ?? {}
}

/** What IndexedDB threw as a `HomingError`: STORE_FULL over quota, STORE_NEWER where newer code was, else STORE_UNAVAILABLE. */
export async function storeError(cause: unknown, estimate: StorageEstimator): Promise<HomingError> {
  if (cause instanceof HomingError) return cause
  if (isNamed(cause, 'VersionError'))
    return new HomingError(
      'STORE_NEWER',
      'A newer version of this app has upgraded the database of this device.',
      {
        cause,
      },
    )
  if (!isNamed(cause, 'QuotaExceededError')) return unavailable(describe(cause), cause)
  const { usage, quota } = await estimate()
  const details = { ...(usage === undefined ? {} : { usage }), ...(quota === undefined ? {} : { quota }) }
  const room = usage === undefined || quota === undefined ? '' : ` (${usage} of ${quota} bytes used)`
  return new HomingError('STORE_FULL', `The browser's storage has no room left${room}`, { cause, details })
}

/** STORE_UNAVAILABLE because of `reason`. */
export function unavailable(reason: string, cause?: unknown): HomingError {
  return new HomingError(
    'STORE_UNAVAILABLE',
    `IndexedDB is not available: ${reason}`,
    cause === undefined ? {} : { cause },
  )
}

/** STORE_UNAVAILABLE because of `reason`, which may pass. */
export function pending(reason: string): HomingError {
  return new HomingError('STORE_UNAVAILABLE', `IndexedDB is not available: ${reason}`, {
    details: { pending: true },
  })
}

function isNamed(cause: unknown, name: string): boolean {
  return typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === name
}

function describe(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
