import type { Manifest } from '@homing/protocol'

import type { LoadedFacts, RuntimeApi } from '../../../runtime/runtime-api.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { ChoiceStatus, ProbeStatus } from '../../status-api.ts'

/** A version that an engine has loaded. */
export interface LoadedVersion {
  readonly installed: InstalledVersion
  readonly manifest: Manifest
  readonly facts: LoadedFacts
  /** Where it is loaded. */
  readonly runtime: RuntimeApi
  /** Milliseconds that reading and hashing took. */
  readonly verify: number
  /** How its backend is proven, where the version has probes. */
  readonly proof?: ProbeStatus
  /** How its backend was chosen, where it was measured. */
  readonly choice?: ChoiceStatus
}
