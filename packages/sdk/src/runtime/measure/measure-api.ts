import type { Precision } from '@homing/protocol'

import type { Collected, CollectorSettings } from '../../measure/collector.ts'
import type { Backend } from '../../libraries/backend.ts'

/** How calls are measured: as the manifests of their versions say. */
export interface MeasureSettings extends CollectorSettings {
  /** By what the figures of this page are divided. */
  readonly slice?: Readonly<Record<string, string>> | undefined
}

/** What was measured of a version since it was told last. */
export interface MeasuredVersion extends Collected {
  readonly model: string
  readonly version: string
  readonly variant: Precision
  readonly backend: Backend
  readonly slice?: Readonly<Record<string, string>>
}
