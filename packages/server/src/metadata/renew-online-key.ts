import type { MetadataState } from '@homing/protocol'
import { readDocument } from '@homing/tuf/repository'

import type { MetadataRepository } from '../repositories/metadata-repository.ts'
import { metadataState } from './metadata-state.ts'
import type { OnlineKeys } from './online-keys.ts'

/**
 * Makes a new online key, which signs as soon as a root names it. While the newest waits for that, it is the new one, so
 * asking twice makes one key.
 * @throws HomingError REQUEST_INVALID when keys come from the settings.
 */
export async function renewOnlineKey(parts: {
  readonly metadata: MetadataRepository
  readonly keys: OnlineKeys
}): Promise<MetadataState> {
  const { metadata, keys } = parts
  const [{ keyId }] = await keys.all()
  const root = (await metadata.newest()).get('root')
  if (root && Object.hasOwn(readDocument('root', root.bytes).keys, keyId)) await keys.renew()
  return metadataState(parts)
}
