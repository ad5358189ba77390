import type { Manifest } from '@homing/protocol'

import type { LoadedFacts } from '../../runtime/runtime-api.ts'
import type { InstalledVersion } from '../../store/store.ts'

/** A version that an engine has loaded. */
export interface LoadedVersion {
  readonly installed: InstalledVersion
  readonly manifest: Manifest
  readonly facts: LoadedFacts
  /** Milliseconds that reading and hashing took. */
  readonly verify: number
}
