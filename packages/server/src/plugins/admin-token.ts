import { createHash, timingSafeEqual } from 'node:crypto'

import { HomingError } from '@homing/protocol'
import type { preParsingAsyncHookHandler } from 'fastify'

/** Tells whether a text is `token`, in a time that tells nothing of it. */
export function tokenTest(token: string): (given: string) => boolean {
  const expected = digest(token)
  return (given) => timingSafeEqual(digest(given), expected)
}

/** A hook that lets only requests with `Authorization: Bearer <token>` pass. */
export function requireToken(token: string): preParsingAsyncHookHandler {
  const isToken = tokenTest(token)
  return async (request, _reply, payload) => {
    const given = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined || !isToken(given)) {
      throw new HomingError(
        'UNAUTHORIZED',
        given === undefined ? 'This needs the admin token.' : 'The admin token is another.',
      )
    }
    return payload
  }
}

/** Digests have one length, as a comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
