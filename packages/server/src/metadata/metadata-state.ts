import type { MetadataState } from '@homing/protocol'

import type { MetadataRepository } from '../repositories/metadata-repository.ts'
import type { OnlineKeys } from './online-keys.ts'

/** What the server signs with, and the newest version of each role. */
export async function metadataState({
  metadata,
  keys,
}: {
  readonly metadata: MetadataRepository
  readonly keys: OnlineKeys
}): Promise<MetadataState> {
  const [{ keyId, key }] = await keys.all()
  const newest = await metadata.newest()
  return {
    initialised: newest.has('timestamp'),
    onlineKey: key,
    onlineKeyId: keyId,
    roles: Object.fromEntries(Array.from(newest.values(), ({ role, version }) => [role, version])),
  }
}
