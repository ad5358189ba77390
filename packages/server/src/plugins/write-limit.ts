import rateLimit from '@fastify/rate-limit'
import { HomingError } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'

/** Bounds how often routes with `config: limitedWrite` answer one client. Reads are files and have no bound. */
export async function limitWrites(app: FastifyInstance, perMinute: number): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: 60_000,
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, { ttl }) => {
      const retryAfter = Math.ceil(ttl / 1000)
      return new HomingError('RATE_LIMITED', `Too many writes; try again in ${retryAfter} s.`, {
        details: { retryAfter },
      })
    },
  })
}

/** Route configuration of a write. */
export const limitedWrite = { rateLimit: { groupId: 'writes' } }
