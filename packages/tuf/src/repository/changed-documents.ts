import { HomingError } from '@homing/protocol'

import type { Key } from '../metadata/key.ts'
import type { Root } from '../metadata/root.ts'
import type { TargetFile, Targets } from '../metadata/targets.ts'
import type { SignedDocument } from './document.ts'
import { expiryOf } from './expiry.ts'
import { delegation, keysById, roleKeys } from './initial-documents.ts'
import type { Signatories } from './signer.ts'

/** The next version of a role's document, with a new expiry. */
export function renewed<T extends SignedDocument>(document: T, role: string, now: number): T {
  return { ...document, version: document.version + 1, expires: expiryOf(role, now) }
}

/** A root with other keys for a role. Keys that no role names any more are gone from it. */
export function withKeys(root: Root, role: keyof Root['roles'], signatories: Signatories): Root {
  const roles = { ...root.roles, [role]: roleKeys(requireThreshold(role, signatories)) }
  const keys = usedKeys({ ...root.keys, ...keysById(signatories.keys) }, Object.values(roles))
  return { ...root, roles, keys }
}

/** A targets document that delegates a role to these keys, in the place of those it had, or after all others. */
export function withDelegation(targets: Targets, role: string, signatories: Signatories): Targets {
  const { keys = {}, roles = [] } = targets.delegations ?? {}
  const entry = delegation(role, requireThreshold(role, signatories))
  const known = roles.some(({ name }) => name === role)
  const after = known
    ? roles.map((other) => (other.name === role ? { ...other, ...entry } : other))
    : [...roles, entry]
  return {
    ...targets,
    delegations: {
      ...targets.delegations,
      keys: usedKeys({ ...keys, ...keysById(signatories.keys) }, after),
      roles: after,
    },
  }
}

/** A targets document that delegates a role no longer. */
export function withoutDelegation(targets: Targets, role: string): Targets {
  if (!targets.delegations) return targets
  const roles = targets.delegations.roles.filter(({ name }) => name !== role)
  return {
    ...targets,
    delegations: { ...targets.delegations, keys: usedKeys(targets.delegations.keys, roles), roles },
  }
}

/** A targets document that lists these files besides its own; undefined takes one off. */
export function withTargets(
  targets: Targets,
  files: Readonly<Record<string, TargetFile | undefined>>,
): Targets {
  const listed = Object.entries({ ...targets.targets, ...files })
  return {
    ...targets,
    targets: Object.fromEntries(
      listed.filter((entry): entry is [string, TargetFile] => entry[1] !== undefined),
    ),
  }
}

function requireThreshold(role: string, signatories: Signatories): Signatories {
  const { keys, threshold } = signatories
  const distinct = Object.keys(keysById(keys)).length
  if (Number.isInteger(threshold) && threshold >= 1 && distinct === keys.length && threshold <= distinct)
    return signatories
  throw new HomingError('CONFIG_INVALID', `${threshold} of ${distinct} keys cannot sign ${role}`)
}

function usedKeys(
  keys: Readonly<Record<string, Key>>,
  roles: readonly { readonly keyids: readonly string[] }[],
): Record<string, Key> {
  const used = new Set(roles.flatMap(({ keyids }) => keyids))
  return Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id)))
}
