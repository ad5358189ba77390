import { candidates, compareVersions, HomingError, type Rollout } from '@homing/protocol'

import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { VersionServer } from '../serving/version-server.ts'
import { findVersion, type FoundVersion } from './find-version.ts'

/** A version that this device can take, and why not the one that is better. */
export interface Installable extends FoundVersion {
  /** Why a later version, which has failed here, is not taken. */
  readonly refused?: HomingError
}

/**
 * The newest version of a rollout that this device can take, as far as it remembers: one that failed here, or that it went back
 * from, is passed over, the latter not where it is `pinned`.
 * @throws HomingError as `findVersion`.
 */
export async function findInstallable(
  rollout: Rollout,
  { model, store, documents, rejections, device, engine }: CoordinatorDeps,
  { allowed }: Pick<VersionServer, 'allowed'>,
  { pinned, signal }: { readonly pinned: string | undefined; readonly signal: AbortSignal },
): Promise<Installable> {
  const { rejected = {}, declined } = (await store.readModel(model)) ?? {}
  const refusals = await rejections.refusals(rejected, allowed)
  const left = (sha256: string): string | undefined =>
    pinned === undefined && sha256 === declined ? 'this device went back from it' : undefined
  const found = await findVersion(rollout, {
    documents,
    device: await device(),
    pinned,
    signal,
    engineVersion: async (name) => (await engine(name)).engineVersion(),
    refusal: (sha256) => left(sha256) ?? refusals.get(sha256),
  })
  const better = candidates(rollout).find(({ manifest }) => refusals.has(manifest.sha256))
  if (pinned !== undefined || !better || compareVersions(better.version, found.listed.version) <= 0)
    return found
  const reason = refusals.get(better.manifest.sha256)!
  const refused = new HomingError(
    'BACKEND_UNAVAILABLE',
    `${model} ${better.version} cannot run here: ${reason}`,
  )
  return { ...found, refused }
}
