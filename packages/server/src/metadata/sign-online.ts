import {
  keysOfRole,
  metaFileOf,
  type RoleKeys,
  type Root,
  type Signer,
  targetFileOf,
} from '@homing/tuf/repository'

import type { Lifetimes } from '../config.ts'
import type { Head, MetadataRecord, OnlineTarget } from '../repositories/metadata-repository.ts'
import { onlineRoleOf } from './online-files.ts'
import { upToDate } from './online-document.ts'
import type { Chain, Visible } from './visible-chain.ts'

/** What the server signs from. */
export interface SigningState {
  readonly chain: Chain
  /** The newest metadata of each role. */
  readonly newest: ReadonlyMap<string, MetadataRecord>
  readonly visible: Visible | undefined
  /** What the server's own key vouches for. */
  readonly files: readonly OnlineTarget[]
  readonly signers: readonly Signer[]
  readonly lifetimes: Lifetimes
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A whole repository: its timestamp and root, and what its snapshot names. */
export interface Release {
  readonly head: Head
  readonly snapshot: MetadataRecord
  /** Targets, and every role below it. */
  readonly targets: readonly MetadataRecord[]
}

/**
 * The repository as it shall be, from what is published: rollouts and federated roles, then a snapshot of all roles, then
 * a timestamp of that. What is already so stays as it is, to the version.
 * @throws HomingError KEY_MISSING, SIGNING_FAILED.
 */
export async function signOnline(state: SigningState): Promise<Release> {
  const { chain, newest, visible, files, signers, lifetimes, now } = state
  const targets = [...chain.records]
  for (const { name } of chain.targets.delegations?.roles ?? []) {
    if (name === 'publisher') continue
    const listed = files.filter(({ path }) => onlineRoleOf(path) === name)
    const content = Object.fromEntries(listed.map(({ path, bytes }) => [path, targetFileOf(bytes)]))
    const keys = keysOfRole(name, chain.targets).roleKeys
    const wanted = { role: name, content, keys, lifetimeMs: lifetimes.rolloutsMs }
    targets.push(await upToDate(wanted, newest.get(name), signers, now))
  }

  // What a snapshot named once it names for ever (specification 5.5.5), also a role that is no longer delegated to.
  const meta = {
    ...visible?.snapshot.meta,
    ...Object.fromEntries(
      targets.map(({ role, version, bytes }) => [`${role}.json`, metaFileOf(version, bytes)]),
    ),
  }
  const topLevel = (role: 'snapshot' | 'timestamp') => ({
    role,
    keys: keysIn(chain.root, role),
    formerKeys: visible && keysIn(visible.root, role),
  })
  const snapshot = await upToDate(
    { ...topLevel('snapshot'), content: meta, lifetimeMs: lifetimes.snapshotMs },
    newest.get('snapshot'),
    signers,
    now,
  )
  const named = { 'snapshot.json': metaFileOf(snapshot.version, snapshot.bytes) }
  const timestamp = await upToDate(
    // A root comes to light with a timestamp of its own.
    {
      ...topLevel('timestamp'),
      content: named,
      lifetimeMs: lifetimes.timestampMs,
      renew: visible?.root.version !== chain.root.version,
    },
    newest.get('timestamp'),
    signers,
    now,
  )
  return { head: { timestamp, root: chain.root.version }, snapshot, targets }
}

function keysIn(root: Root, role: 'snapshot' | 'timestamp'): RoleKeys {
  return keysOfRole(role, root).roleKeys
}
