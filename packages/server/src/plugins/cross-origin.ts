import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

import { preflightSeconds } from '../config.ts'

/** An address that pages of other origins may post to, whatever origins may write. */
export interface PostedFrom {
  readonly path: string
  /** Request headers that they may send. */
  readonly headers: readonly string[]
  allows(origin: string): Promise<boolean>
}

/** Any page may read; only pages of `writeOrigins` may write, but to `posted`. */
export async function allowOrigins(
  app: FastifyInstance,
  writeOrigins: readonly string[],
  posted: PostedFrom,
): Promise<void> {
  const reading: FastifyCorsOptions = {
    origin: '*',
    methods: ['GET', 'HEAD'],
    exposedHeaders: ['Content-Length', 'Content-Range', 'ETag', 'Retry-After'],
    maxAge: preflightSeconds,
  }
  const writing: FastifyCorsOptions = {
    origin: writeOrigins.length === 0 ? false : [...writeOrigins],
    methods: ['PUT', 'POST'],
    exposedHeaders: ['Retry-After'],
    maxAge: preflightSeconds,
  }
  const posting: FastifyCorsOptions = {
    origin: async (origin?: string) => origin !== undefined && (await posted.allows(origin)),
    methods: ['POST'],
    allowedHeaders: [...posted.headers],
    exposedHeaders: ['Retry-After'],
    maxAge: preflightSeconds,
  }
  await app.register(cors, {
    delegator: (request, done) => {
      const method =
        request.method === 'OPTIONS' ? request.headers['access-control-request-method'] : request.method
      if (method === 'GET' || method === 'HEAD') done(null, reading)
      else done(null, request.url.split('?', 1)[0] === posted.path ? posting : writing)
    },
  })
}
