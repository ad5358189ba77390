import type { FastifyInstance, onRequestAsyncHookHandler, preParsingAsyncHookHandler } from 'fastify'

import { requireToken } from './admin-token.ts'
import { writeLimit } from './write-limit.ts'

/** Hooks of every route that changes something: they run before the body is read. */
export interface WriteGuard {
  readonly onRequest: onRequestAsyncHookHandler
  readonly preParsing: preParsingAsyncHookHandler
}

/** Lets whoever has `token` write `perMinute` times a minute; wrong tokens count as well. */
export async function writeGuard(
  app: FastifyInstance,
  token: string,
  perMinute: number,
): Promise<WriteGuard> {
  return { onRequest: await writeLimit(app, perMinute), preParsing: requireToken(token) }
}
