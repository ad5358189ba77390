import type { Engine, ListedVersion, Manifest, Rollout } from '@homing/protocol'

import { chooseVersion, requireChoice } from '../../delivery/choose-version.ts'
import type { Repository } from '../../delivery/repository.ts'
import { type Device, unmetRequirements } from '../../delivery/unmet-requirements.ts'
import { faultPoint } from '../../faults/fault-point.ts'

/** A version that this device can take. */
export interface FoundVersion {
  readonly listed: ListedVersion
  readonly manifest: Manifest
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What a search works with. */
export interface FindOptions {
  readonly repository: Pick<Repository, 'manifest'>
  readonly device: Device
  readonly engineVersion: (engine: Engine) => Promise<string>
  readonly pinned: string | undefined
  /** Why a version was refused on this device, by the SHA-256 of its manifest. */
  readonly refusal: (manifestSha256: string) => string | undefined
  readonly signal: AbortSignal
}

/**
 * The newest version of a rollout that this device can run. Which engine a version needs stands in its manifest
 * alone, so its range is looked at there, and an older version is taken where it is not met.
 * @throws HomingError VERSION_UNSUPPORTED, VERSION_UNKNOWN, and those of `Repository.manifest`.
 */
export async function findVersion(rollout: Rollout, options: FindOptions): Promise<FoundVersion> {
  const { repository, device, engineVersion, pinned, refusal, signal } = options
  const unmetHere = new Map<string, string>()
  for (;;) {
    const refused = ({ manifest }: ListedVersion): string | undefined =>
      unmetHere.get(manifest.sha256) ?? refusal(manifest.sha256)
    const listed = requireChoice(rollout.model, chooseVersion(rollout, { device, pinned, refusal: refused }))
    const { bytes, manifest } = await repository.manifest(rollout.model, listed, signal)
    faultPoint('manifest-fetched')
    const range = manifest.requirements?.engine
    const engines = range ? { [manifest.engine]: await engineVersion(manifest.engine) } : {}
    const unmet = unmetRequirements(manifest.requirements, { ...device, engines }, manifest.engine)
    if (unmet.length === 0) return { listed, manifest, bytes }
    unmetHere.set(listed.manifest.sha256, unmet.join(', '))
  }
}
