import { createHash, timingSafeEqual } from 'node:crypto'

import { HomingError } from '@homing/protocol'
import type { preParsingAsyncHookHandler } from 'fastify'

/** A hook that lets only requests with `Authorization: Bearer <token>` pass, in a time that tells nothing of the token. */
export function requireToken(token: string): preParsingAsyncHookHandler {
  const expected = digest(token)
  return async (request, reply, payload) => {
    const given = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given === undefined || !timingSafeEqual(digest(given), expected)) {
      reply.header('www-authenticate', 'Bearer')
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
