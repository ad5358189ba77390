import type { Engine, HomingError, Manifest } from '@homing/protocol'

import type { DeliveryPlatform } from '../../delivery/ports.ts'
import type { ProbeFiles } from '../../runtime/probe-api.ts'
import type { LoadedVersion } from './loaded-version.ts'
import type { Proofs } from './proofs.ts'

/** What probing again works with. */
export interface ReprobeDeps {
  readonly platform: Pick<DeliveryPlatform, 'sleep'>
  /** Milliseconds between probes; 0 never probes again. */
  readonly interval: number
  readonly serving: () => LoadedVersion | undefined
  readonly readProbes: (manifest: Manifest) => Promise<ProbeFiles>
  readonly proofs: Pick<Proofs, 'revoke'>
  /** Told that the backend computes rightly still. */
  readonly onPassed: () => void
  /** Ends an engine's worker, as if it had died: calls under way are made again on a new one, which is proven first. */
  readonly endEngine: (engine: Engine, reason: HomingError) => Promise<void>
}

/**
 * Runs one probe of what serves now and then, while the app uses it and the engine has nothing else to do. A backend that
 * has turned bad gets a new worker, where it has to be proven anew; if it still computes wrongly, the next one serves.
 */
export async function keepProbing(deps: ReprobeDeps, signal: AbortSignal): Promise<void> {
  const { platform, interval, serving } = deps
  for (let index = 0; interval > 0; index++) {
    await platform.sleep(interval, signal)
    const loaded = serving()
    if (!loaded?.manifest.probes) continue
    const { probeOnce } = await import('./probe-once.ts') // no part of a cold load
    await probeOnce(loaded, index, deps, signal)
  }
}
