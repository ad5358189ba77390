/** Addresses that open private files of one repository without a token, until they expire. */
export interface SignedAddresses {
  /** What `GET /v1/signed-urls` answers for these places. */
  sign(places: readonly string[]): Uint8Array
  opens(url: URL): boolean
  /** Ends what was signed so far, whatever it says of itself. */
  expire(): void
}

/** Seconds for which addresses say that they are good. */
const lifetime = 3_600

export function signedAddresses(): SignedAddresses {
  let signed = 0
  let expired = 0
  return {
    sign(places) {
      signed++
      const urls = Object.fromEntries(places.map((place) => [place, `${place}?signature=${signed}`]))
      const expires = Math.floor(Date.now() / 1000) + lifetime
      return new TextEncoder().encode(JSON.stringify({ expires, urls }))
    },
    opens: (url) => Number(url.searchParams.get('signature') ?? 0) > expired,
    expire: () => void (expired = signed),
  }
}
