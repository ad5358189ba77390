import type { TelemetryBatch } from '@homing/protocol'

import type { CallFacts, FeedbackFacts, VersionFacts } from '../../telemetry/recorder.ts'
import type { TelemetryLevel, TelemetryStatus } from '../telemetry-api.ts'

/** The options of telemetry as the host takes them. */
export interface TelemetryConfig {
  readonly url: string
  readonly key: string
  /** Names the app among those of an origin. */
  readonly app: string
  readonly level: TelemetryLevel
  readonly epsilon?: number
  readonly interval?: number
  /** By what the figures of the page are divided. */
  readonly slice?: Readonly<Record<string, string>>
  /** Whether the browser signals Global Privacy Control. */
  readonly globalPrivacyControl: boolean
}

/** What the page told since it last did. */
export interface ToldFacts {
  readonly calls: readonly CallFacts[]
  readonly versions: readonly VersionFacts[]
}

/** Telemetry in the host's worker, as the page calls it. */
export interface TelemetryHost {
  tell(facts: ToldFacts): Promise<void>
  /** The page is hidden, and may never be shown again. */
  hide(): Promise<void>
  feedback(model: string, id: string, facts: FeedbackFacts): Promise<boolean>
  track(goal: string, value: number, of?: { readonly model: string; readonly id: string }): Promise<boolean>
  consent(level: TelemetryLevel): Promise<TelemetryStatus>
  preview(): Promise<TelemetryBatch[]>
  status(): Promise<TelemetryStatus>
  /** The page is back, or online: what waits goes soon. */
  hasten(): Promise<void>
  /** Deletes what was counted and has not been sent. */
  erase(): Promise<void>
  /** Saves what was counted. Sends nothing more. */
  close(): Promise<void>
}
