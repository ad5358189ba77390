import type { preParsingAsyncHookHandler } from 'fastify'

import { limitedWrite } from '../plugins/write-limit.ts'

/** What every route that changes something has in common: the token is asked for before the body is read. */
export function writeRoute(authorise: preParsingAsyncHookHandler): {
  preParsing: preParsingAsyncHookHandler
  config: typeof limitedWrite
} {
  return { preParsing: authorise, config: limitedWrite }
}
