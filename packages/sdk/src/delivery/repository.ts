import { type FileRef, HomingError, paths } from '@homing/protocol'

import { maxBlobBytes } from './config.ts'
import { fetchBytes, type FetchRequest } from './fetch-bytes.ts'
import { isIntact } from './is-intact.ts'
import type { DeliveryPlatform } from './ports.ts'
import { withRetry } from './retry.ts'

/** How a blob is fetched. */
interface BlobOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes that have arrived; a new attempt begins at 0 again. */
  readonly onBytes?: (received: number) => void
}

/**
 * The blobs of a static repository, read only: a hash names each, so they need no signature. Each is verified, tried
 * again where that may help, and ends by itself: no answer and no bytes are waited for without a limit.
 * @throws HomingError ABORTED, NETWORK_FAILED, TIMEOUT, HTTP_STATUS, RATE_LIMITED, RESPONSE_UNEXPECTED.
 */
export interface Repository {
  /** @throws HomingError BLOB_UNKNOWN, INTEGRITY_FAILED. */
  blob(ref: FileRef, options?: BlobOptions): Promise<Uint8Array<ArrayBuffer>>
}

/** The repository whose folder is at `baseUrl` (absolute; with or without a slash at its end). */
export function createRepository(baseUrl: string, platform: DeliveryPlatform): Repository {
  const base = new URL(baseUrl)
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  const locate = (path: string): string => new URL(path, base).href

  async function verified(
    ref: FileRef,
    request: Omit<FetchRequest, 'maxBytes'>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (ref.size > maxBlobBytes) {
      throw new HomingError(
        'MANIFEST_INVALID',
        `${request.url} is to have ${ref.size} bytes, more than ${maxBlobBytes}`,
      )
    }
    return withRetry(
      platform,
      async (attempt) => {
        // A second look goes past caches on the way: one of them may hold the spoiled copy.
        const cache = attempt === 1 ? request.cache : 'reload'
        const fetched = await fetchBytes(platform, { ...request, cache, maxBytes: ref.size })
        if (fetched.whole && (await isIntact(ref, fetched.bytes))) return fetched.bytes
        if (fetched.html) throw unexpected(request.url)
        throw new HomingError(
          'INTEGRITY_FAILED',
          `${request.url} does not have the bytes that its hash names`,
          {
            details: { sha256: ref.sha256, size: ref.size, received: fetched.bytes.byteLength },
          },
        )
      },
      request.signal,
    )
  }

  return {
    blob: (ref, { signal, onBytes } = {}) =>
      // `no-store`: a blob goes to IndexedDB, and a second copy in the HTTP cache would only push other pages' files out.
      verified(ref, {
        url: locate(paths.blob(ref.sha256)),
        cache: 'no-store',
        unknown: 'BLOB_UNKNOWN',
        signal,
        onBytes,
      }),
  }
}

function unexpected(url: string): HomingError {
  return new HomingError('RESPONSE_UNEXPECTED', `${url} answered with a web page`, { details: { url } })
}
