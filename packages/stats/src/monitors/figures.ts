import type { TelemetryGroup } from '@homing/protocol'

import type { BatchSpread } from '../hypothesis/design-effect.ts'
import type { LabelSpread } from '../rollup/rollup-body.ts'

type Told =
  'errors' | 'latency' | 'queue' | 'load' | 'activation' | 'features' | 'outputs' | 'feedback' | 'correlation'

/** How much batches differ; what is missing counts as independent. */
export interface BatchSpreads {
  readonly errors?: BatchSpread
  readonly raw?: Readonly<Record<string, BatchSpread>>
  readonly processed?: Readonly<Record<string, BatchSpread>>
  readonly outputs?: Readonly<Record<string, BatchSpread>>
  readonly categories?: Readonly<Record<string, LabelSpread>>
  readonly labels?: Readonly<Record<string, LabelSpread>>
}

/** What monitors read of a time: a rollup of the server, or a baseline. Parts that are missing are not monitored. */
export interface MonitoredFigures extends Partial<Pick<TelemetryGroup, Told>> {
  readonly counts?: Readonly<Record<string, number | undefined>>
  readonly spread?: BatchSpreads
  /** Hours that the figures are of: for how many predictions come in an hour. */
  readonly hours?: number
}

/** What a window is compared with. */
export interface MonitorBaseline {
  /** Such as `training`, `trailing week`, `same weekday`. */
  readonly name: string
  readonly figures: MonitoredFigures
  /** Events of opted-in devices: one row per prediction, in the columns of `columns`. */
  readonly rows?: readonly (readonly number[])[]
}

/** A part of a window, such as `{ by: 'backend', value: 'wasm' }`. */
export interface WindowPart {
  readonly by: 'slice' | 'version' | 'variant' | 'backend' | 'browser'
  readonly value: string
  readonly figures: MonitoredFigures
}

/** The time that is judged. */
export interface MonitoredWindow {
  readonly figures: MonitoredFigures
  /** The same figures divided in one or several ways: what ranks the parts by their share in a change. */
  readonly parts?: readonly WindowPart[]
  readonly rows?: readonly (readonly number[])[]
  /** Names of the columns of `rows`. */
  readonly columns?: readonly string[]
  /** Windows before this one since the baseline, oldest first: what slow drift is looked for in. */
  readonly history?: readonly MonitoredFigures[]
}
