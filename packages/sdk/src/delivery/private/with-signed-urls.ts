import type { DeliveryPlatform } from '../ports.ts'
import { addressOf } from './address-of.ts'
import { privatePlace } from './private-files.ts'
import { isRefusal, refusal } from './refusal.ts'
import { unlessAborted } from './unless-aborted.ts'
import type { UrlSigner } from './url-signer.ts'

/**
 * `platform`, whose fetch reads files of the repository at `base` that may be private at signed addresses, and with
 * nothing but them: a CDN gets no header that it would ask about first, and no token. Where an address is refused,
 * another one is asked for, once.
 * @throws (its fetch) HomingError UNAUTHORIZED, FORBIDDEN, and what signing throws.
 */
export function withSignedUrls(
  platform: DeliveryPlatform,
  base: string,
  signer: UrlSigner,
): DeliveryPlatform {
  const read = async (
    place: string,
    init: RequestInit | undefined,
  ): Promise<{ readonly address: string; readonly response: Response }> => {
    const address = await unlessAborted(signer.address(place), init?.signal)
    try {
      const response = await platform.fetch(address, init)
      if (isRefusal(response)) signer.refuse(place, address)
      return { address, response }
    } catch (error) {
      // Hosts that refuse without a header for other origins cannot be told from a network that is gone.
      if (!init?.signal?.aborted) signer.refuse(place, address)
      throw error
    }
  }
  return {
    ...platform,
    async fetch(input, init) {
      const place = privatePlace(base, addressOf(input))
      if (place === undefined) return platform.fetch(input, init)
      const first = await read(place, init)
      if (!isRefusal(first.response)) return first.response
      await first.response.body?.cancel()
      const { response } = await read(place, init)
      if (!isRefusal(response)) return response
      await response.body?.cancel()
      throw refusal(`${base}${place}`, response.status, 'refuses the address that was signed for it')
    },
  }
}
