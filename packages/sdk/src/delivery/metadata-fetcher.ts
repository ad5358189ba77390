import { HomingError } from '@homing/protocol'
import type { Fetcher } from '@homing/tuf'

import { fetchBytes } from './fetch-bytes.ts'
import { paceKeeper } from './pace-keeper.ts'
import type { DeliveryPlatform } from './ports.ts'
import { withRetry } from './retry.ts'

/**
 * How metadata and what it vouches for are fetched: never from a cache of the browser, since what is trusted lies in the
 * store; no further than the length that is trusted; and not from who holds the device up by sending slowly
 * (The Update Framework 1.5.2).
 */
export function metadataFetcher(platform: DeliveryPlatform): Fetcher {
  const fetchOnce = (url: string, maxBytes: number, signal?: AbortSignal) =>
    fetchBytes(platform, {
      url,
      cache: 'no-store',
      maxBytes,
      unknown: 'TARGET_UNKNOWN',
      signal,
      onBytes: paceKeeper(platform, url),
    })
  return {
    async fetch(url, maxBytes, signal) {
      try {
        const { bytes, whole, html } = await withRetry(
          platform,
          () => fetchOnce(url, maxBytes, signal),
          signal,
        )
        if (html && nextRoot.test(url)) return undefined
        if (html)
          throw new HomingError('RESPONSE_UNEXPECTED', `${url} answered with a web page`, {
            details: { url },
          })
        if (!whole)
          throw new HomingError('METADATA_MISMATCH', `${url} is longer than ${maxBytes} bytes`, {
            details: { url, maxBytes },
          })
        return bytes
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
  }
}

/**
 * Hosts of single-page apps answer with their page for what is not there. Where a next root would be, that is as good as
 * 404: whoever could send the one could send the other. A portal's page has met the timestamp before.
 */
const nextRoot = /\/\d+\.root\.json$/

/** Stores such as S3 answer 403 for what is not there. */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof HomingError)) return false
  return error.code === 'TARGET_UNKNOWN' || (error.code === 'HTTP_STATUS' && error.details.status === 403)
}
