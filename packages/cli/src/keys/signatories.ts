import { HomingError } from '@homing/protocol'
import {
  federatedModel,
  keyIdOf,
  keysOfRole,
  type Root,
  type Signatories,
  type Targets,
  withDelegation,
  withKeys,
} from '@homing/tuf/repository'

import type { ChangedDocuments } from './change-metadata.ts'
import { type OfflineRole, offlineRoles } from './metadata-api.ts'

/** Whose signatures a role needs now. */
export function signatoriesOf(documents: ChangedDocuments, role: string): Signatories {
  const { keys, roleKeys } = keysOfRole(role, delegatorOf(documents, role))
  return {
    threshold: roleKeys.threshold,
    keys: roleKeys.keyids.flatMap((id) => (Object.hasOwn(keys, id) ? [keys[id]!] : [])),
  }
}

/** The documents with other signatories for a role. */
export function withSignatories<T extends ChangedDocuments>(
  documents: T,
  role: string,
  signatories: Signatories,
): T {
  return isTopLevel(role)
    ? { ...documents, root: withKeys(documents.root, role, signatories) }
    : { ...documents, targets: withDelegation(documents.targets, role, signatories) }
}

/** The roles whose keys a document above them names: all but `root`'s own are changed without it. */
export function rolesOf({ root, targets }: ChangedDocuments): string[] {
  return [...Object.keys(root.roles), ...(targets.delegations?.roles.map(({ name }) => name) ?? [])]
}

/** The roles that the server signs by itself. */
export function onlineRolesOf(documents: ChangedDocuments): string[] {
  return rolesOf(documents).filter(
    (role) => ['snapshot', 'timestamp', 'rollouts'].includes(role) || federatedModel(role) !== undefined,
  )
}

/** A role whose keys are kept away from the server. @throws HomingError CONFIG_INVALID for any other. */
export function requireOfflineRole(role: string): OfflineRole {
  const found = offlineRoles.find((name) => name === role)
  if (found) return found
  throw new HomingError('CONFIG_INVALID', `"${role}" is none of ${offlineRoles.join(', ')}`)
}

/** The one key id that begins with `prefix`. @throws HomingError CONFIG_INVALID when there is none, or several. */
export function keyIdBy(documents: ChangedDocuments, prefix: string): string {
  const ids = new Set(rolesOf(documents).flatMap((role) => signatoriesOf(documents, role).keys.map(keyIdOf)))
  const found = [...ids].filter((id) => id.startsWith(prefix.toLowerCase()))
  if (found.length === 1 && prefix.length >= shortestPrefix) return found[0]!
  const problem = found.length > 1 || prefix.length < shortestPrefix ? 'is too short' : 'names no key in use'
  throw new HomingError('CONFIG_INVALID', `The key id "${prefix}" ${problem}. See "homing keys show".`)
}

const shortestPrefix = 4

function delegatorOf({ root, targets }: ChangedDocuments, role: string): Root | Targets {
  return isTopLevel(role) ? root : targets
}

function isTopLevel(role: string): role is keyof Root['roles'] {
  return role === 'root' || role === 'targets' || role === 'snapshot' || role === 'timestamp'
}
