import type { DeliveryPlatform } from '../ports.ts'
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
  mayAsk: (input: RequestInfo | URL) => boolean,
  tokens: TokenSession,
): DeliveryPlatform {
  let asked = false

  const send = (
    input: RequestInfo | URL,
    init: RequestInit | undefined,
    token: string | undefined,
  ): Promise<Response> => {
    if (token === undefined) return platform.fetch(input, init)
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${token}`)
    return platform.fetch(input, { ...init, headers, redirect: 'error' })
  }

  return {
    ...platform,
    async fetch(input, init) {
      if (!mayAsk(input)) return platform.fetch(input, init)
      const token = (): Promise<string | undefined> => unlessAborted(tokens.token(), init?.signal)
      let sent = asked ? await token() : undefined
      let response = await send(input, init, sent)
      if (!isRefusal(response)) return response
      asked = true
      if (sent !== undefined) tokens.refuse(sent)
      const next = await token()
      if (next !== undefined && next !== sent) {
        await response.body?.cancel()
        sent = next
        response = await send(input, init, sent)
        if (!isRefusal(response)) return response
      }
      await response.body?.cancel()
      const problem =
        sent === undefined ? 'is private, and getToken() gave no token' : 'refuses the token of getToken()'
      throw refusal(input instanceof Request ? input.url : String(input), response.status, problem)
    },
  }
}
