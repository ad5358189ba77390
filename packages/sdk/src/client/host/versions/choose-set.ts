import { type Manifest, type Precision, precisionOf } from '@homing/protocol'

import { usableBackends } from '../../../libraries/usable-backends.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { VersionServer } from '../serving/version-server.ts'
import { setId } from '../storage/set-id.ts'
import type { FoundVersion } from './find-version.ts'

/** A parameter set of a version to be installed. */
export interface ChosenSet {
  /** With that set for its own. */
  readonly manifest: Manifest
  readonly installed: InstalledVersion
  /** Whether the version has failed altogether when this one fails. */
  readonly isLast: boolean
}

/** The best parameter set of a version that has not failed on this device. */
export async function chooseSet(
  { manifest, listed }: Pick<FoundVersion, 'manifest' | 'listed'>,
  { model, store, rejections, device }: Pick<CoordinatorDeps, 'model' | 'store' | 'rejections' | 'device'>,
  { allowed }: Pick<VersionServer, 'allowed'>,
  precisions: readonly Precision[] | undefined,
): Promise<ChosenSet> {
  const installed = { version: listed.version, manifestSha256: listed.manifest.sha256 }
  if (!manifest.variants) return { manifest, installed, isLast: true }
  const { parameterSets } = await import('./parameter-sets.ts')
  const backends = usableBackends(manifest, allowed)
  const sets = parameterSets(manifest, { device: await device(), backends, precisions }).map((set) => ({
    manifest: set,
    installed: { ...installed, precision: precisionOf(set) },
  }))
  const { rejected = {} } = (await store.readModel(model)) ?? {}
  const refusals = await rejections.refusals(rejected, allowed)
  const open = sets.filter((set) => !refusals.has(setId(set.installed)))
  return { ...(open[0] ?? sets[0]!), isLast: open.length <= 1 }
}
