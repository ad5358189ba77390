import { HomingError, paths } from '@homing/protocol'
import { targetFileOf, type Targets, withTargets } from '@homing/tuf/repository'

import { changeMetadata } from '../keys/change-metadata.ts'
import type { KeySession } from '../keys/key-session.ts'
import type { PackedVersion } from './packed-version.ts'

/**
 * Lists the manifests in the publisher's metadata, signed on this machine. What is listed already with these bytes stays;
 * where all are, nothing is signed and no key is needed.
 * @throws HomingError VERSION_EXISTS when one is listed with other bytes; KEY_MISSING, METADATA_EXPIRED
 */
export async function signManifests(session: KeySession, versions: readonly PackedVersion[]): Promise<void> {
  await changeMetadata(session, (state) => {
    for (const role of ['root', 'targets'] as const) requireFresh(role, state[role], session.now())
    return { ...state, publisher: listing(state.publisher, versions) }
  })
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
