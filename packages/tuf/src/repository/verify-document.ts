import { HomingError } from '@homing/protocol'

import { requireThreshold } from '../keys/require-threshold.ts'
import type { Key, RoleKeys } from '../metadata/key.ts'
import { readMetadata } from '../metadata/read-metadata.ts'
import { type Root, RootSchema } from '../metadata/root.ts'
import { type Targets, TargetsSchema } from '../metadata/targets.ts'
import { readDocument } from './document.ts'

/**
 * The root in `bytes`: signed by its own keys, and by those of the root that it follows, if any. Its version is not
 * compared.
 * @throws HomingError METADATA_INVALID, METADATA_UNSIGNED
 */
export async function verifyRoot(bytes: Uint8Array, previous?: Root): Promise<Root> {
  const metadata = readMetadata(RootSchema, bytes, 'root')
  if (previous) await requireThreshold('root', previous.roles.root, previous.keys, metadata)
  await requireThreshold('root', metadata.signed.roles.root, metadata.signed.keys, metadata)
  return readDocument('root', bytes)
}

/**
 * The document of a targets role in `bytes`: signed by the keys that the document above it names.
 * @throws HomingError METADATA_INVALID, METADATA_UNSIGNED; METADATA_MISSING when it does not delegate to the role
 */
export async function verifyTargets(
  bytes: Uint8Array,
  role: string,
  delegator: Root | Targets,
): Promise<Targets> {
  const { keys, roleKeys } = keysOfRole(role, delegator)
  await requireThreshold(role, roleKeys, keys, readMetadata(TargetsSchema, bytes, role))
  return readDocument('targets', bytes, role)
}

/** The keys that sign for a role, as the document above it says. @throws HomingError METADATA_MISSING */
export function keysOfRole(
  role: string,
  delegator: Root | Targets,
): { readonly keys: Readonly<Record<string, Key>>; readonly roleKeys: RoleKeys } {
  if (delegator._type === 'root') {
    const roleKeys = Object.hasOwn(delegator.roles, role)
      ? delegator.roles[role as keyof Root['roles']]
      : undefined
    if (roleKeys) return { keys: delegator.keys, roleKeys }
  } else {
    const roleKeys = delegator.delegations?.roles.find(({ name }) => name === role)
    if (roleKeys) return { keys: delegator.delegations!.keys, roleKeys }
  }
  throw new HomingError('METADATA_MISSING', `The ${delegator._type} document does not delegate to ${role}`)
}
