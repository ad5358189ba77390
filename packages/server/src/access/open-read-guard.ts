import type { FastifyBaseLogger } from 'fastify'

import { tokenKeyLookMs } from '../config.ts'
import type { SettledOptions, TokenOptions } from '../options.ts'
import { tokenTest } from '../plugins/admin-token.ts'
import type { AccessRegistry } from '../repositories/access-registry.ts'
import { type CurrentKeys, freshTokenKeys } from './fresh-token-keys.ts'
import { type ReadGuard, readGuard } from './read-guard.ts'
import { readTokenKeys } from './token-keys.ts'
import { tokenVerifier } from './token-verifier.ts'

/**
 * The guard of reads that the server's options describe.
 * @throws HomingError CONFIG_INVALID for keys that are none.
 */
export async function openReadGuard(
  options: SettledOptions,
  access: AccessRegistry,
  log: FastifyBaseLogger,
): Promise<ReadGuard> {
  const { tokens, urlSecret, adminToken, now } = options
  const verify = tokens && tokenVerifier({ ...tokens, keys: await currentKeys(tokens, log), now })
  return readGuard({ access, verify, urlSecret, isAdmin: tokenTest(adminToken), now })
}

async function currentKeys(
  { keys, lookMs = tokenKeyLookMs }: TokenOptions,
  log: FastifyBaseLogger,
): Promise<CurrentKeys> {
  if (typeof keys === 'string') return freshTokenKeys({ file: keys, lookMs, log })
  const read = await readTokenKeys(keys)
  return () => Promise.resolve(read)
}
