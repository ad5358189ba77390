import { HomingError } from '@homing/protocol'

import type { Key, RoleKeys } from '../metadata/key.ts'
import type { Metadata } from '../metadata/read-metadata.ts'
import { verifySignature } from './verify-signature.ts'

/**
 * Requires that as many of the role's keys as its threshold says have signed (specification 5.3.4, 5.4.2, 5.5.3,
 * 5.6.3). A key counts once, whatever ids it has and however often it signed.
 * @throws HomingError METADATA_UNSIGNED with `details`: `role`, `signed` and `threshold`.
 */
export async function requireThreshold(
  name: string,
  { keyids, threshold }: RoleKeys,
  keys: Readonly<Record<string, Key>>,
  { signatures, signedBytes }: Metadata<unknown>,
): Promise<void> {
  const valid = new Set<string>()
  for (const { keyid, sig } of signatures) {
    const key = keyids.includes(keyid) && Object.hasOwn(keys, keyid) ? keys[keyid] : undefined
    if (!key || valid.has(key.keyval.public)) continue
    if (await verifySignature(key, sig, signedBytes)) valid.add(key.keyval.public)
    if (valid.size >= threshold) return
  }
  throw new HomingError(
    'METADATA_UNSIGNED',
    `${name} is signed by ${valid.size} of its keys; ${threshold} must sign`,
    { details: { role: name, signed: valid.size, threshold } },
  )
}
