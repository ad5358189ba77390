import rateLimit from '@fastify/rate-limit'
import { HomingError } from '@homing/protocol'
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'

/** Makes hooks that bound how often one client address passes each of them a minute, over all routes that have it. */
export type RequestLimit = (perMinute: number, what: string) => onRequestAsyncHookHandler

/** Static files need no bound: they cost what any web server's do. What is written or computed does. */
export async function requestLimit(app: FastifyInstance): Promise<RequestLimit> {
  await app.register(rateLimit, { global: false })
  return (perMinute, what) =>
    app.rateLimit({
      max: perMinute,
      timeWindow: 60_000,
      errorResponseBuilder: (_request, { ttl }) => {
        const retryAfter = Math.ceil(ttl / 1000)
        return new HomingError('RATE_LIMITED', `Too many ${what}; try again in ${retryAfter} s.`, {
          details: { retryAfter },
        })
      },
    })
}
