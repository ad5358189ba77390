import { parseJsonBytes, type SignedUrls } from '@homing/protocol'

import { maxSignedAnswer } from '../config.ts'
import { fetchBytes } from '../fetch-bytes.ts'
import type { DeliveryPlatform } from '../ports.ts'
import { withRetry } from '../retry.ts'
import type { SignUrls } from './url-signer.ts'

/** Where a server (absolute, with a slash at its end) signs addresses. */
export function signingAddress(server: string): string {
  return `${server}v1/signed-urls`
}

/** Signs by asking a server, to which `platform` shows the token. @throws (each call) HomingError as `fetchBytes`. */
export function serverSigner(platform: DeliveryPlatform, server: string): SignUrls {
  const url = signingAddress(server)
  return async (places) => {
    // Errors name the address alone, without thousands of characters of places.
    const fetch: DeliveryPlatform['fetch'] = (_url, init) =>
      platform.fetch(`${url}?paths=${places.join(',')}`, init)
    const { bytes } = await withRetry(platform, () =>
      fetchBytes(
        { ...platform, fetch },
        { url, cache: 'no-store', maxBytes: maxSignedAnswer, unknown: 'HTTP_STATUS' },
      ),
    )
    return parseJsonBytes(bytes, 'RESPONSE_UNEXPECTED', url) as SignedUrls // read by who asked
  }
}
