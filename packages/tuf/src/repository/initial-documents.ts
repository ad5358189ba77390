import { HomingError } from '@homing/protocol'

import type { DelegatedRole, Targets } from '../metadata/targets.ts'
import type { Key, RoleKeys } from '../metadata/key.ts'
import type { Root } from '../metadata/root.ts'
import { expiryOf } from './expiry.ts'
import { keyIdOf } from './keys/key-id.ts'
import { ruleOf } from './roles.ts'
import type { Signatories } from './signer.ts'

/** The version of the specification that documents name. */
export const specVersion = '1.0.31'

/** The first root of a repository. `now`: milliseconds since the epoch. */
export function initialRoot(
  {
    root,
    targets,
    online,
  }: { readonly root: Signatories; readonly targets: Signatories; readonly online: Key },
  now: number,
): Root {
  const server: Signatories = { keys: [online], threshold: 1 }
  return {
    _type: 'root',
    spec_version: specVersion,
    version: 1,
    expires: expiryOf('root', now),
    consistent_snapshot: true,
    'x-homing-repository': crypto.randomUUID(),
    keys: keysById([...root.keys, ...targets.keys, online]),
    roles: {
      root: roleKeys(root),
      timestamp: roleKeys(server),
      snapshot: roleKeys(server),
      targets: roleKeys(targets),
    },
  }
}

/** The first targets document: delegates to the publishers and to the server's rollouts. */
export function initialTargets(
  { publisher, online }: { readonly publisher: Signatories; readonly online: Key },
  now: number,
): Targets {
  return {
    ...emptyTargets('targets', now),
    delegations: {
      keys: keysById([...publisher.keys, online]),
      roles: [delegation('publisher', publisher), delegation('rollouts', { keys: [online], threshold: 1 })],
    },
  }
}

/** The first document of a role that lists targets, with none: publisher, rollouts, a federated role. */
export function emptyTargets(role: string, now: number): Targets {
  return {
    _type: 'targets',
    spec_version: specVersion,
    version: 1,
    expires: expiryOf(role, now),
    targets: {},
  }
}

/** A delegation as the table of roles has it: terminating, so that no other role vouches for its paths. */
export function delegation(name: string, signatories: Signatories): DelegatedRole {
  return { name, ...roleKeys(signatories), terminating: true, paths: pathsOf(name) }
}

function pathsOf(role: string): string[] {
  const paths = ruleOf(role)?.paths
  if (!paths) throw new HomingError('CONFIG_INVALID', `"${role}" is no role to delegate to`)
  return [...paths]
}

/** Whose signatures a role needs, as metadata says it. */
export function roleKeys({ keys, threshold }: Signatories): RoleKeys {
  return { keyids: keys.map(keyIdOf), threshold }
}

/** Keys by their ids. */
export function keysById(keys: readonly Key[]): Record<string, Key> {
  return Object.fromEntries(keys.map((key) => [keyIdOf(key), key]))
}
