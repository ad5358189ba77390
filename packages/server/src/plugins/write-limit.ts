import rateLimit from '@fastify/rate-limit'
import { HomingError } from '@homing/protocol'
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'

/** A hook that bounds how often one client passes it, over all routes that have it. Reads are files and need no bound. */
export async function writeLimit(
  app: FastifyInstance,
  perMinute: number,
): Promise<onRequestAsyncHookHandler> {
  await app.register(rateLimit, { global: false })
  return app.rateLimit({
    max: perMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) => {
      const retryAfter = Math.ceil(ttl / 1000)
      return new HomingError('RATE_LIMITED', `Too many writes; try again in ${retryAfter} s.`, {
        details: { retryAfter },
      })
    },
  })
}
