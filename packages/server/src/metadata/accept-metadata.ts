import { HomingError } from '@homing/protocol'
import { readDocument, verifyRoot, verifyTargets } from '@homing/tuf/repository'

import { maxRootBytes, metadataAttempts } from '../config.ts'
import type { MetadataRecord, MetadataRepository } from '../repositories/metadata-repository.ts'
import type { Registry } from '../repositories/registry.ts'
import { requirePublisher } from './require-publisher.ts'
import { requireRoot } from './require-root.ts'
import { requireTargets } from './require-targets.ts'
import type { OfflineRole } from './offline-roles.ts'
import type { OnlineKeys } from './online-keys.ts'
import type { Signing } from './signing.ts'

/** What accepting metadata works on. */
export interface Acceptance {
  readonly registry: Registry
  readonly metadata: MetadataRepository
  readonly keys: OnlineKeys
  readonly signing: Signing
  readonly now: () => Date
}

/**
 * Takes metadata that was signed elsewhere: the next version of its role, signed as the role above it says. The same
 * bytes again are taken as well, and change nothing. Clients see it when this resolves, or as soon as it holds together
 * with the other roles.
 * @throws HomingError METADATA_CONFLICT when it is not the next version; METADATA_MISSING before the role above it;
 *   METADATA_INVALID, METADATA_UNSIGNED, METADATA_EXPIRED; BODY_TOO_LARGE.
 */
export async function acceptMetadata(
  { registry, metadata, keys, signing, now }: Acceptance,
  role: OfflineRole,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ added: boolean; version: number }> {
  if (role === 'root' && bytes.byteLength > maxRootBytes)
    throw new HomingError('BODY_TOO_LARGE', `Clients take at most ${maxRootBytes} bytes of root.`)
  const { version, expires } = readDocument(role === 'root' ? 'root' : 'targets', bytes, role)
  for (let attempt = 1; attempt <= metadataAttempts; attempt++) {
    if (isSame(await metadata.find(role, version), bytes)) {
      await signing.sign()
      return { added: false, version }
    }
    const newest = await metadata.newest()
    const present = newest.get(role)?.version ?? 0
    if (version !== present + 1) {
      throw new HomingError('METADATA_CONFLICT', `${role} is at version ${present}; this is ${version}.`, {
        details: { role, present, version },
      })
    }
    if (Date.parse(expires) <= now().getTime())
      throw new HomingError('METADATA_EXPIRED', `This ${role} expired at ${expires}.`, { details: { role } })
    const rollouts = await registry.rollouts()
    await requireValid(role, bytes, newest, async () => ({
      rollouts,
      versions: await registry.versions(),
      keyIds: (await keys.all()).map(({ keyId }) => keyId),
    }))
    const revisions = rollouts.reduce((sum, { revision }) => sum + revision, 0)
    if (await metadata.submit({ role, version, bytes }, revisions)) {
      await signing.sign()
      return { added: true, version }
    }
  }
  throw new HomingError('SERVER_FAILED', `Too many others change ${role} or rollouts at once.`)
}

type Surroundings = Parameters<typeof requirePublisher>[2] & { readonly keyIds: readonly string[] }

async function requireValid(
  role: OfflineRole,
  bytes: Uint8Array<ArrayBuffer>,
  newest: ReadonlyMap<string, MetadataRecord>,
  surroundings: () => Promise<Surroundings>,
): Promise<void> {
  const above = (name: OfflineRole): Uint8Array<ArrayBuffer> => {
    const record = newest.get(name)
    if (record) return record.bytes
    throw new HomingError('METADATA_MISSING', `Send ${name} before ${role}.`, { details: { role: name } })
  }
  switch (role) {
    case 'root': {
      const before = newest.get('root')
      const root = await verifyRoot(bytes, before && readDocument('root', before.bytes))
      return requireRoot(root, (await surroundings()).keyIds)
    }
    case 'targets': {
      const targets = await verifyTargets(bytes, role, readDocument('root', above('root')))
      return requireTargets(targets, (await surroundings()).keyIds)
    }
    case 'publisher': {
      const publisher = await verifyTargets(bytes, role, readDocument('targets', above('targets')))
      const before = newest.get('publisher')
      return requirePublisher(
        publisher,
        before && readDocument('targets', before.bytes, role),
        await surroundings(),
      )
    }
  }
}

function isSame(present: MetadataRecord | undefined, bytes: Uint8Array): boolean {
  return present !== undefined && Buffer.from(present.bytes).equals(bytes)
}
