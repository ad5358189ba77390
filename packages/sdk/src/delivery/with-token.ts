import { HomingError } from '@homing/protocol'

import type { DeliveryPlatform } from './ports.ts'
import type { TokenSession } from './token-session.ts'

/** Folders of a repository whose files may be private; everything else is read by everyone. */
const privateFolders = ['models/', 'federated/', 'blobs/']

/**
 * `platform`, whose fetch shows the app's token to the repository at `base` (absolute, with a slash at its end) once
 * that asks for one; to nobody else, and through no redirect. A token that is refused is replaced once.
 * @throws (its fetch) HomingError UNAUTHORIZED when nobody is signed in or the token is refused; FORBIDDEN.
 */
export function withToken(platform: DeliveryPlatform, base: string, tokens: TokenSession): DeliveryPlatform {
  let asked = false

  const mayBePrivate = (url: string): boolean =>
    url.startsWith(base) && privateFolders.some((folder) => url.startsWith(folder, base.length))

  const send = (url: string, init: RequestInit | undefined, token: string | undefined): Promise<Response> => {
    if (token === undefined) return platform.fetch(url, init)
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${token}`)
    return platform.fetch(url, { ...init, headers, redirect: 'error' })
  }

  return {
    ...platform,
    async fetch(input, init) {
      const url = input instanceof Request ? input.url : String(input)
      if (!mayBePrivate(url)) return platform.fetch(input, init)
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
      throw refusal(url, response.status, sent !== undefined)
    },
  }
}

function isRefusal({ status }: Response): boolean {
  return status === 401 || status === 403
}

function refusal(url: string, status: number, sent: boolean): HomingError {
  const details = { status }
  if (status === 403) return new HomingError('FORBIDDEN', `The user may not read ${url}`, { details })
  const problem = sent ? 'refuses the token of getToken()' : 'is private, and getToken() gave no token'
  return new HomingError('UNAUTHORIZED', `${url} ${problem}`, { details })
}

/** `work`, or the reason of `signal` as soon as that aborts: an app's hook may never end. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
