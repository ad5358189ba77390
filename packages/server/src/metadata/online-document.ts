import { isDeepStrictEqual } from 'node:util'

import { parseJsonBytes } from '@homing/protocol'
import {
  emptyTargets,
  expiryOf,
  readDocument,
  type RoleKeys,
  type SignedDocument,
  type Signer,
  signMetadata,
  type Snapshot,
  snapshotOf,
  type Targets,
  type Timestamp,
  timestampOf,
} from '@homing/tuf/repository'

import type { MetadataRecord } from '../repositories/metadata-repository.ts'

/** What an online role shall say, and for how long. */
export interface OnlineDocument {
  readonly role: string
  readonly content: Content
  readonly keys: RoleKeys
  /** Keys that clients of the root before know; they sign too where they are at hand, so that no client is shut out. */
  readonly formerKeys?: RoleKeys | undefined
  readonly lifetimeMs: number
  /** A new version, even if the present one says all this. */
  readonly renew?: boolean
}

type Content = Targets['targets'] | Snapshot['meta'] | Timestamp['meta']

const day = 86_400_000

/**
 * A role's metadata as it shall be: `present` while it says that, is signed by those keys and has more than half of its
 * life before it; otherwise its next version.
 * @throws HomingError KEY_MISSING, SIGNING_FAILED.
 */
export async function upToDate(
  wanted: OnlineDocument,
  present: MetadataRecord | undefined,
  signers: readonly Signer[],
  now: number,
): Promise<MetadataRecord> {
  if (present && wanted.renew !== true && isGood(wanted, present, now)) return present
  const version = (present?.version ?? 0) + 1
  const { role, keys, formerKeys, lifetimeMs } = wanted
  const document = {
    ...documentOf(wanted, version, now),
    expires: expiryOf(role, now, lifetimeMs / day),
  }
  const atHand = new Set(signers.map(({ keyId }) => keyId))
  const former = formerKeys && { ...formerKeys, keyids: formerKeys.keyids.filter((id) => atHand.has(id)) }
  const roles = former && former.keyids.length >= former.threshold ? [keys, former] : [keys]
  return { role, version, bytes: await signMetadata(document, roles, signers) }
}

function isGood(
  { role, content, keys, lifetimeMs }: OnlineDocument,
  { bytes }: MetadataRecord,
  now: number,
): boolean {
  const present = readDocument(typeOf(role), bytes, role)
  const left = Date.parse(present.expires) - now
  const says = present._type === 'targets' ? present.targets : present.meta
  return (
    left > lifetimeMs / 2 &&
    left < lifetimeMs * 1.5 && // else a shorter life was set, or the clock went back
    isDeepStrictEqual(says, content) &&
    signersOf(bytes).filter((id) => keys.keyids.includes(id)).length >= keys.threshold
  )
}

/** Ids of the keys that signed what this server once signed, and then verified. */
function signersOf(bytes: Uint8Array): string[] {
  const { signatures } = parseJsonBytes(bytes, 'METADATA_INVALID', 'Metadata') as {
    signatures: { keyid: string }[]
  }
  return signatures.map(({ keyid }) => keyid)
}

function typeOf(role: string): 'snapshot' | 'timestamp' | 'targets' {
  return role === 'snapshot' || role === 'timestamp' ? role : 'targets'
}

function documentOf({ role, content }: OnlineDocument, version: number, now: number): SignedDocument {
  switch (typeOf(role)) {
    case 'snapshot':
      return { ...snapshotOf({}, version, now), meta: content as Snapshot['meta'] }
    case 'timestamp':
      return { ...timestampOf({ version: 1 }, version, now), meta: content as Timestamp['meta'] }
    case 'targets':
      return { ...emptyTargets(role, now), version, targets: content as Targets['targets'] }
  }
}
