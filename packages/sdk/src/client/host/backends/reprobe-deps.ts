import type { Engine, HomingError, Manifest } from '@homing/protocol'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import type { ProbeFiles } from '../../../runtime/probe-api.ts'
import type { LoadedVersion } from '../serving/loaded-version.ts'
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
