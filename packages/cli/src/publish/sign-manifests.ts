import { HomingError, paths } from '@homing/protocol'
import { keysOfRole, targetFileOf, type Targets, withTargets } from '@homing/tuf/repository'

import { changeMetadata } from '../keys/change-metadata.ts'
import type { KeySession } from '../keys/key-session.ts'
import { type RepositoryState, repositoryState } from '../keys/repository-state.ts'
import type { PackedVersion } from './packed-version.ts'

/**
 * Requires that this machine can list the manifests, before any of their files is uploaded.
 * @throws HomingError as `signManifests` does
 */
export async function requireSigners(session: KeySession, versions: readonly PackedVersion[]): Promise<void> {
  const state = await repositoryState(session.api, await session.trusted())
  if (withManifests(state, versions, session.now()) === state.publisher) return
  const { keyids, threshold } = keysOfRole('publisher', state.targets).roleKeys
  const ring = await session.ring()
  const present = new Set(ring.map(({ signer }) => signer.keyId).filter((id) => keyids.includes(id))).size
  if (present >= threshold) return
  throw new HomingError(
    'KEY_MISSING',
    `${threshold} of the publisher's keys must sign; ${present} of the ${ring.length} keys in ${session.folder} and the environment are among them`,
    { details: { keyIds: keyids, threshold, present } },
  )
}

/**
 * Lists the manifests in the publisher's metadata, signed on this machine. What is listed already with these bytes stays;
 * where all are, nothing is signed and no key is needed.
 * @throws HomingError VERSION_EXISTS when one is listed with other bytes; KEY_MISSING, METADATA_EXPIRED
 */
export async function signManifests(session: KeySession, versions: readonly PackedVersion[]): Promise<void> {
  await changeMetadata(session, (state) => ({
    ...state,
    publisher: withManifests(state, versions, session.now()),
  }))
}

function withManifests(state: RepositoryState, versions: readonly PackedVersion[], now: number): Targets {
  for (const role of ['root', 'targets'] as const) requireFresh(role, state[role], now)
  return listing(state.publisher, versions)
}

function listing(publisher: Targets, versions: readonly PackedVersion[]): Targets {
  const added: Targets['targets'] = {}
  for (const { manifest, bytes } of versions) {
    const path = paths.manifest(manifest.model, manifest.version)
    const [file, listed] = [targetFileOf(bytes), publisher.targets[path]]
    if (!listed) added[path] = file
    else if (listed.hashes['sha256'] !== file.hashes['sha256'])
      throw new HomingError(
        'VERSION_EXISTS',
        `${manifest.model} ${manifest.version} is already signed with other bytes.`,
      )
  }
  return Object.keys(added).length > 0 ? withTargets(publisher, added) : publisher
}

function requireFresh(role: string, { expires }: { readonly expires: string }, now: number): void {
  if (Date.parse(expires) > now) return
  throw new HomingError(
    'METADATA_EXPIRED',
    `${role} expired at ${expires}, so devices take no update. Sign it again: "homing keys renew ${role}"`,
    { details: { role, expires } },
  )
}
