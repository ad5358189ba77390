import type { SettledOptions } from '../options.ts'
import { tokenTest } from '../plugins/admin-token.ts'
import type { AccessRegistry } from '../repositories/access-registry.ts'
import { type ReadGuard, readGuard } from './read-guard.ts'
import { readTokenKeys } from './token-keys.ts'
import { tokenVerifier } from './token-verifier.ts'

/**
 * The guard of reads that the server's options describe.
 * @throws HomingError CONFIG_INVALID for keys that are none.
 */
export async function openReadGuard(options: SettledOptions, access: AccessRegistry): Promise<ReadGuard> {
  const { tokens, urlSecret, adminToken, now } = options
  const verify = tokens && tokenVerifier({ ...tokens, keys: await readTokenKeys(tokens.keys), now })
  return readGuard({ access, verify, urlSecret, isAdmin: tokenTest(adminToken), now })
}
