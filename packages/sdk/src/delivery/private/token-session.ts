import { type AccessClaims, HomingError, readAccessClaims } from '@homing/protocol'

import { minTokenUse, tokenMargin, tokenTimeout } from '../config.ts'
import type { DeliveryPlatform } from '../ports.ts'
import { webPlatform } from '../web-platform.ts'
import { within } from '../within.ts'

/** What a token session works with. */
export interface TokenSessionOptions {
  /** The app's hook; undefined or an empty text when nobody is signed in. */
  readonly getToken: () => Promise<string | undefined>
  /** Milliseconds since the epoch. */
  readonly time: () => number
  readonly sleep?: DeliveryPlatform['sleep']
  /** Told what each new token claims; unproven, but it came from the app itself. */
  readonly onClaims?: (claims: AccessClaims) => void
}

/** The app's token, held in memory alone and asked for as rarely as may be. */
export interface TokenSession {
  /**
   * The token: the one at hand until shortly before it ends, then a new one. Undefined when nobody is signed in.
   * @throws HomingError UNAUTHORIZED when the app's hook fails, or does not answer in time.
   */
  token(): Promise<string | undefined>
  /** What a new token claims, whatever the one at hand does. @throws HomingError UNAUTHORIZED. */
  renew(): Promise<AccessClaims | undefined>
  /** A server refused `token`: the next one is asked for, unless that was done meanwhile. */
  refuse(token: string): void
  /** What the last token claims; undefined before there is one. */
  claims(): AccessClaims | undefined
  /** Forgets the token: another user may be next. */
  clear(): void
}

interface HeldToken {
  readonly token: string
  /** In milliseconds since the epoch. */
  readonly usableUntil: number
}

export function createTokenSession({
  getToken,
  time,
  sleep = webPlatform().sleep,
  onClaims,
}: TokenSessionOptions): TokenSession {
  let held: HeldToken | undefined
  let asking: Promise<string | undefined> | undefined
  let lastClaims: AccessClaims | undefined

  async function ask(): Promise<string | undefined> {
    const given: unknown = await within({ sleep }, tokenTimeout, getToken(), 'getToken() did not answer')
    if (given === undefined || given === null || given === '') return undefined
    // A header takes visible ASCII; the text itself is in no message.
    if (typeof given !== 'string' || !/^[!-~]+$/.test(given))
      throw new HomingError('UNAUTHORIZED', 'getToken() gave something that is no token.')
    return given
  }

  function hold(token: string): void {
    const claims = readAccessClaims(token)
    // A clock that is wrong makes every token look old: each is used for a while all the same, and servers judge.
    const end = claims ? Math.max(claims.exp * 1000 - tokenMargin, time() + minTokenUse) : Infinity
    held = { token, usableUntil: end }
    lastClaims = claims
    if (claims) onClaims?.(claims)
  }

  const session: TokenSession = {
    async token() {
      if (held && time() < held.usableUntil) return held.token
      held = undefined
      const mine = (asking ??= ask().catch((cause: unknown) => {
        if (cause instanceof HomingError && cause.code === 'UNAUTHORIZED') throw cause
        throw new HomingError('UNAUTHORIZED', 'getToken() of this app failed.', { cause })
      }))
      try {
        const token = await mine
        if (asking === mine && token === undefined) lastClaims = undefined
        else if (asking === mine && token !== undefined) hold(token)
        return token
      } finally {
        if (asking === mine) asking = undefined
      }
    },
    async renew() {
      held = undefined
      await session.token()
      return lastClaims
    },
    refuse(token) {
      if (held?.token === token) held = undefined
    },
    claims: () => lastClaims,
    clear() {
      held = asking = lastClaims = undefined
    },
  }
  return session
}
