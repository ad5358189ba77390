import type { onRequestAsyncHookHandler, preParsingAsyncHookHandler } from 'fastify'

import { requireToken } from './admin-token.ts'
import type { RequestLimit } from './request-limit.ts'

/** Hooks of every route that changes something: they run before the body is read. */
export interface WriteGuard {
  readonly onRequest: onRequestAsyncHookHandler
  readonly preParsing: preParsingAsyncHookHandler
}

/** Hook of every route that computes what it answers. */
export type QueryGuard = Pick<WriteGuard, 'onRequest'>

/** Lets whoever has `token` write `perMinute` times a minute; wrong tokens count as well. */
export function writeGuard(limit: RequestLimit, token: string, perMinute: number): WriteGuard {
  return { onRequest: limit(perMinute, 'writes'), preParsing: requireToken(token) }
}
