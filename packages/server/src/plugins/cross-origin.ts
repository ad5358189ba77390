import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

import { preflightSeconds } from '../config.ts'

/** Any page may read; only pages of `writeOrigins` may write. */
export async function allowOrigins(app: FastifyInstance, writeOrigins: readonly string[]): Promise<void> {
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
  await app.register(cors, {
    delegator: (request, done) => {
      const method =
        request.method === 'OPTIONS' ? request.headers['access-control-request-method'] : request.method
      done(null, method === 'GET' || method === 'HEAD' ? reading : writing)
    },
  })
}
