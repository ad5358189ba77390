import type { DeliveryPlatform } from '../ports.ts'
import { addressOf } from './address-of.ts'
import { isRefusal, refusal } from './refusal.ts'
import type { TokenSession } from './token-session.ts'
import { unlessAborted } from './unless-aborted.ts'

/**
 * `platform`, whose fetch shows the app's token where an address `mayAsk` and one like it has asked for it; to nobody
 * else, and through no redirect. A token that is refused is replaced once.
 * @throws (its fetch) HomingError UNAUTHORIZED when nobody is signed in or the token is refused; FORBIDDEN.
 */
export function withToken(
  platform: DeliveryPlatform,
  mayAsk: (url: string) => boolean,
  tokens: TokenSession,
): DeliveryPlatform {
  let asked = false

  const send = (url: string, init: RequestInit | undefined, token: string | undefined): Promise<Response> => {
    if (token === undefined) return platform.fetch(url, init)
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${token}`)
    return platform.fetch(url, { ...init, headers, redirect: 'error' })
  }

  return {
    ...platform,
    async fetch(input, init) {
      const url = addressOf(input)
      if (!mayAsk(url)) return platform.fetch(input, init)
      const token = (): Promise<string | undefined> => unlessAborted(tokens.token(), init?.signal)
      let sent = asked ? await token() : undefined
      let response = await send(url, init, sent)
      if (!isRefusal(response)) return response
      asked = true
      if (sent !== undefined) tokens.refuse(sent)
      const next = await token()
      if (next !== undefined && next !== sent) {
        await response.body?.cancel()
        sent = next
        response = await send(url, init, sent)
        if (!isRefusal(response)) return response
      }
      await response.body?.cancel()
      const problem =
        sent === undefined ? 'is private, and getToken() gave no token' : 'refuses the token of getToken()'
      throw refusal(url, response.status, problem)
    },
  }
}
