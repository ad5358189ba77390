import { type Engine, HomingError, type ListedVersion, type Rollout } from '@homing/protocol'

import { chooseVersion, requireChoice } from '../../../delivery/choose-version.ts'
import type { Documents, TrustedManifest } from '../../../delivery/documents.ts'
import { type Device, unmetRequirements } from '../../../delivery/unmet-requirements.ts'
import { faultPoint } from '../../../faults/fault-point.ts'

/** A version that this device can take. */
export interface FoundVersion extends TrustedManifest {
  readonly listed: ListedVersion
  /** Why the newest one that is not to be trusted was passed over. */
  readonly untrusted?: HomingError
}

/** What a search works with. */
export interface FindOptions {
  readonly documents: Pick<Documents, 'manifest'>
  readonly device: Device
  readonly engineVersion: (engine: Engine) => Promise<string>
  readonly pinned: string | undefined
  /** Why a version was refused on this device, by the SHA-256 of its manifest. */
  readonly refusal: (manifestSha256: string) => string | undefined
  readonly signal: AbortSignal
}

/**
 * The newest version of a rollout that this device can run. Which engine a version needs stands in its manifest
 * alone, so its range is looked at there, and an older version is taken where it is not met. One that is not to be
 * trusted is passed over too.
 * @throws HomingError VERSION_UNSUPPORTED, VERSION_UNKNOWN, VERSION_UNTRUSTED, and those of `Documents.manifest`.
 */
export async function findVersion(rollout: Rollout, options: FindOptions): Promise<FoundVersion> {
  const { documents, device, engineVersion, pinned, refusal, signal } = options
  const unmetHere = new Map<string, string>()
  let untrusted: HomingError | undefined
  const trusted = (listed: ListedVersion): Promise<TrustedManifest | undefined> =>
    documents.manifest(rollout.model, listed, signal).catch((error: unknown) => {
      if (!(error instanceof HomingError && error.code === 'VERSION_UNTRUSTED')) throw error
      untrusted ??= error
      unmetHere.set(listed.manifest.sha256, error.message)
      return undefined
    })
  const choose = (refusal: (listed: ListedVersion) => string | undefined): ListedVersion => {
    try {
      return requireChoice(rollout.model, chooseVersion(rollout, { device, pinned, refusal }))
    } catch (error) {
      throw untrusted ?? error
    }
  }
  for (;;) {
    const refused = ({ manifest }: ListedVersion): string | undefined =>
      unmetHere.get(manifest.sha256) ?? refusal(manifest.sha256)
    const listed = choose(refused)
    const found = await trusted(listed)
    if (!found) continue
    const { manifest } = found
    faultPoint('manifest-fetched')
    const range = manifest.requirements?.engine
    const engines = range ? { [manifest.engine]: await engineVersion(manifest.engine) } : {}
    const unmet = unmetRequirements(manifest.requirements, { ...device, engines }, manifest.engine)
    if (unmet.length === 0) return { ...found, listed, ...(untrusted ? { untrusted } : {}) }
    unmetHere.set(listed.manifest.sha256, unmet.join(', '))
  }
}
