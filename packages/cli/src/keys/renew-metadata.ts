import { changeMetadata } from './change-metadata.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import type { OfflineRole } from './metadata-api.ts'
import { requireOfflineRole } from './signatories.ts'

/** Signs metadata of these roles again, so that it expires later. Returns the roles that got a new version. */
export async function renewMetadata(
  roles: readonly string[],
  options: KeySessionOptions,
): Promise<OfflineRole[]> {
  const again = roles.map(requireOfflineRole)
  return changeMetadata(keySession(options), (state) => state, { again })
}
