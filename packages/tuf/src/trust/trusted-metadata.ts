import { HomingError } from '@homing/protocol'

import { requireThreshold } from '../keys/require-threshold.ts'
import type { Key, RoleKeys } from '../metadata/key.ts'
import { readMetadata } from '../metadata/read-metadata.ts'
import { type Root, RootSchema } from '../metadata/root.ts'
import type { MetaFile } from '../metadata/signed-fields.ts'
import { type Snapshot, SnapshotSchema } from '../metadata/snapshot.ts'
import { type Targets, TargetsSchema } from '../metadata/targets.ts'
import { type Timestamp, TimestampSchema } from '../metadata/timestamp.ts'
import { mismatch, requireFile } from './require-file.ts'
import { noRollback, requireFresh } from './require-fresh.ts'

type Bytes = Uint8Array<ArrayBuffer>

/**
 * The metadata that a client trusts, and the rules by which more is added: from root down, each role by the keys that
 * the one above it names. A call that rejects leaves what was trusted; for timestamp and snapshot, expired or outdated
 * ones are kept all the same, since what they say protects from going back (the reference implementation does so too).
 * @throws HomingError METADATA_INVALID, METADATA_UNSIGNED, METADATA_ROLLBACK, METADATA_MISMATCH, METADATA_EXPIRED.
 */
export interface TrustedMetadata {
  readonly root: Root
  readonly timestamp: Timestamp | undefined
  readonly snapshot: Snapshot | undefined
  /** By role name. */
  readonly targets: ReadonlyMap<string, Targets>
  /** Takes the next version of root: one step, signed by the keys of both (specification 5.3.4 to 5.3.8). */
  updateRoot(bytes: Bytes): Promise<void>
  /** Takes a timestamp; false when it is the one that is trusted already (specification 5.4.2 to 5.4.4). */
  updateTimestamp(bytes: Bytes): Promise<boolean>
  /** Takes the snapshot that the timestamp names. `kept`: it was verified against an older timestamp, so its bytes may differ from what this one says (specification 5.5.2 to 5.5.6). */
  updateSnapshot(bytes: Bytes, kept?: boolean): Promise<void>
  /** Takes the metadata of a targets role by the keys of the role that delegates to it (specification 5.6.2 to 5.6.5). */
  updateTargets(bytes: Bytes, role: string, delegator: string): Promise<void>
  /** Requires what 5.3.10 asks before any other role is fetched: a root that has not expired. */
  requireFreshRoot(): void
  /** What the snapshot says of a targets role. @throws HomingError METADATA_MISMATCH when it says nothing. */
  metaOf(role: string): MetaFile
}

/**
 * Trusts a root that came with the app or was kept, whatever its expiry. `now`: milliseconds since the epoch, fixed for
 * the whole update (specification 5.1).
 */
export async function trustRoot(bytes: Bytes, now: number): Promise<TrustedMetadata> {
  let root = await verifiedRoot(bytes)
  let timestamp: Timestamp | undefined
  let snapshot: Snapshot | undefined
  const targets = new Map<string, Targets>()

  const requireTimestamp = (): Timestamp => {
    if (!timestamp) throw new HomingError('INTERNAL', 'The timestamp comes before the snapshot')
    requireFresh('timestamp', timestamp, now)
    return timestamp
  }
  const requireSnapshot = (): Snapshot => {
    const { version } = requireTimestamp().meta['snapshot.json']
    if (!snapshot) throw new HomingError('INTERNAL', 'The snapshot comes before targets')
    requireFresh('snapshot', snapshot, now)
    if (snapshot.version !== version)
      throw mismatch('snapshot', `is version ${snapshot.version}; the timestamp names ${version}`)
    return snapshot
  }
  const metaOf = (role: string): MetaFile => {
    const { meta } = requireSnapshot()
    const file = `${role}.json`
    const found = Object.hasOwn(meta, file) ? meta[file] : undefined
    if (!found) throw mismatch(role, 'is not named by the snapshot')
    return found
  }

  return {
    get root() {
      return root
    },
    get timestamp() {
      return timestamp
    },
    get snapshot() {
      return snapshot
    },
    targets,
    metaOf,
    requireFreshRoot: () => requireFresh('root', root, now),

    async updateRoot(bytes) {
      const next = readMetadata(RootSchema, bytes, 'root')
      await requireThreshold('root', root.roles.root, root.keys, next)
      if (next.signed.version !== root.version + 1)
        throw noRollback('root', next.signed.version, root.version + 1)
      await requireThreshold('root', next.signed.roles.root, next.signed.keys, next)
      root = next.signed
    },

    async updateTimestamp(bytes) {
      requireFresh('root', root, now)
      const next = readMetadata(TimestampSchema, bytes, 'timestamp')
      await requireThreshold('timestamp', root.roles.timestamp, root.keys, next)
      if (timestamp) {
        if (next.signed.version < timestamp.version)
          throw noRollback('timestamp', next.signed.version, timestamp.version)
        if (next.signed.version === timestamp.version) return false
        const [before, after] = [timestamp, next.signed].map(({ meta }) => meta['snapshot.json'].version)
        if (after! < before!) throw noRollback('snapshot', after!, before!)
      }
      timestamp = next.signed
      requireFresh('timestamp', timestamp, now)
      return true
    },

    async updateSnapshot(bytes, kept = false) {
      const named = requireTimestamp().meta['snapshot.json']
      if (!kept) await requireFile('snapshot', bytes, named)
      const next = readMetadata(SnapshotSchema, bytes, 'snapshot')
      await requireThreshold('snapshot', root.roles.snapshot, root.keys, next)
      for (const [file, { version }] of Object.entries(snapshot?.meta ?? {})) {
        const after = Object.hasOwn(next.signed.meta, file) ? next.signed.meta[file] : undefined
        if (!after)
          throw new HomingError('METADATA_ROLLBACK', `${file} is gone from the snapshot`, {
            details: { role: 'snapshot' },
          })
        if (after.version < version) throw noRollback(file, after.version, version)
      }
      // An outdated one is kept, too: the newer one is held to it.
      snapshot = next.signed
      requireSnapshot()
    },

    async updateTargets(bytes, role, delegator) {
      const named = metaOf(role)
      await requireFile(role, bytes, named)
      const next = readMetadata(TargetsSchema, bytes, role)
      const { keys, roleKeys } = signersOf(role, delegator, root, targets)
      await requireThreshold(role, roleKeys, keys, next)
      if (next.signed.version !== named.version)
        throw mismatch(role, `is version ${next.signed.version}; the snapshot names ${named.version}`)
      requireFresh(role, next.signed, now)
      targets.set(role, next.signed)
    },
  }
}

async function verifiedRoot(bytes: Bytes): Promise<Root> {
  const metadata = readMetadata(RootSchema, bytes, 'root')
  await requireThreshold('root', metadata.signed.roles.root, metadata.signed.keys, metadata)
  return metadata.signed
}

/** The keys that sign for a targets role, as the role that delegates to it says. */
function signersOf(
  role: string,
  delegator: string,
  root: Root,
  targets: ReadonlyMap<string, Targets>,
): { keys: Readonly<Record<string, Key>>; roleKeys: RoleKeys } {
  if (role === 'targets') return { keys: root.keys, roleKeys: root.roles.targets }
  const delegations = targets.get(delegator)?.delegations
  const roleKeys = delegations?.roles.find(({ name }) => name === role)
  if (!delegations || !roleKeys)
    throw new HomingError('INTERNAL', `${delegator} does not delegate to ${role}`)
  return { keys: delegations.keys, roleKeys }
}
