import { HomingError, maxSignedUrls, parseWith, type SignedUrls, SignedUrlsSchema } from '@homing/protocol'

import { minTokenUse, tokenMargin } from '../config.ts'

/** Gives addresses at which files can be read for a while without a token, by their places in the repository. */
export type SignUrls = (places: readonly string[]) => Promise<SignedUrls>

/** What signing works with. */
export interface UrlSignerOptions {
  readonly sign: SignUrls
  /** Address of the repository, absolute, with a slash at its end: signed addresses may be relative to it. */
  readonly base: string
  /** Milliseconds since the epoch. */
  readonly time: () => number
}

/** Signed addresses, held in memory alone until they expire. */
export interface UrlSigner {
  /**
   * Where the file at `place` can be read now.
   * @throws what `sign` does; HomingError UNAUTHORIZED when it gives none for this place, RESPONSE_UNEXPECTED for what is none.
   */
  address(place: string): Promise<string>
  /** An address was refused: the next one is asked for, unless that was done meanwhile. */
  refuse(place: string, address: string): void
  /** Files that are read soon: they are signed with the next one that is. */
  expect(places: readonly string[]): void
  /** Forgets all: another user may be next. */
  clear(): void
}

/** One request for addresses. */
interface Asking {
  readonly places: readonly string[]
  readonly answered: Promise<void>
}

export function createUrlSigner({ sign, base, time }: UrlSignerOptions): UrlSigner {
  let signed = new Map<string, { readonly address: string; readonly usableUntil: number }>()
  const expected = new Set<string>()
  const asking = new Map<string, Asking>()

  const fresh = (place: string): string | undefined => {
    const known = signed.get(place)
    return known && time() < known.usableUntil ? known.address : undefined
  }
  const request = async (places: readonly string[]): Promise<void> => {
    const into = signed // what comes after `clear` was for the user before
    const { expires, urls } = parseWith(
      SignedUrlsSchema,
      await sign(places),
      'RESPONSE_UNEXPECTED',
      signatures,
    )
    // A clock that is wrong makes every address look old: each is used for a while all the same, and hosts judge.
    const usableUntil = Math.max(expires * 1000 - tokenMargin, time() + minTokenUse)
    for (const place of places)
      if (Object.hasOwn(urls, place)) into.set(place, { address: absolute(urls[place]!, base), usableUntil })
  }
  const ask = (place: string): Asking => {
    const others = [...expected].filter((other) => other !== place && !asking.has(other) && !fresh(other))
    const places = [place, ...others].slice(0, maxSignedUrls)
    const mine: Asking = {
      places,
      answered: request(places).finally(() => {
        for (const each of places) if (asking.get(each) === mine) asking.delete(each)
      }),
    }
    for (const each of places) asking.set(each, mine)
    return mine
  }

  return {
    async address(place) {
      expected.delete(place)
      const known = fresh(place)
      if (known) return known
      const { places, answered } = asking.get(place) ?? ask(place)
      await answered.catch((error: unknown) => {
        // One file that may not be read refuses them all.
        if (places.length === 1 || !isRefused(error)) throw error
        return request([place])
      })
      const address = fresh(place)
      if (address) return address
      throw new HomingError('UNAUTHORIZED', `${base}${place} is private, and no address was signed for it.`)
    },
    refuse(place, address) {
      if (signed.get(place)?.address === address) signed.delete(place)
    },
    expect(places) {
      for (const place of places) expected.add(place)
    },
    clear() {
      signed = new Map()
      expected.clear()
      asking.clear()
    },
  }
}

const signatures = 'The answer with signed addresses'

function isRefused(error: unknown): boolean {
  return error instanceof HomingError && (error.code === 'FORBIDDEN' || error.code === 'UNAUTHORIZED')
}

function absolute(url: string, base: string): string {
  try {
    return new URL(url, base).href
  } catch (cause) {
    throw new HomingError('RESPONSE_UNEXPECTED', `${signatures} has one that is none.`, { cause })
  }
}
