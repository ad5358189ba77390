import type { TelemetryBatch } from '@homing/protocol'

import type { Dropped } from '../telemetry/outbox/outbox.ts'
import type { FeedbackFacts } from '../telemetry/recorder.ts'

/**
 * What goes home: `off` nothing; `aggregate` counts and sketches; `events` also a sample of single predictions, with the fields
 * alone that a manifest declares.
 */
export type TelemetryLevel = 'off' | 'aggregate' | 'events'

/** How an app is measured. Without it nothing is, and nothing is loaded for it. */
export interface TelemetryOptions {
  /** URL of the server's `POST /v1/telemetry`. */
  readonly url: string | URL
  /** The app's publishable key: `homing apps create` prints it. */
  readonly key: string
  /** As long as the user has not chosen. Default `aggregate`; `off` where the browser signals Global Privacy Control. */
  readonly level?: TelemetryLevel
  /** By what figures are divided, such as `{ plan: 'free' }`: names and values that manifests declare. */
  readonly slices?: Readonly<Record<string, string>>
  /** Adds noise on the device: `epsilon` says how little; less is more private. */
  readonly differentialPrivacy?: { readonly epsilon: number }
  /** Milliseconds between batches, give or take a tenth. Default 60,000. */
  readonly interval?: number
}

/** What became known of a prediction. Exactly one of `label`, `value` and `signal`. */
export type Feedback = FeedbackFacts

/** How telemetry stands on this device. */
export interface TelemetryStatus {
  /** What goes home now. */
  readonly level: TelemetryLevel
  /** What the user has chosen on this device; absent where nothing was. */
  readonly consent?: TelemetryLevel
  /** Whether the browser signals Global Privacy Control. */
  readonly globalPrivacyControl: boolean
  /** The epsilon of local differential privacy, where it is on. */
  readonly epsilon?: number
  readonly storage: { readonly kind: 'indexeddb' | 'memory'; readonly reason?: string }
  /** Batches that wait to be sent, and their bytes. */
  readonly waiting: { readonly batches: number; readonly bytes: number }
  /** What was dropped and has not been reported yet, by reason. */
  readonly dropped: Dropped
  /** Milliseconds since the epoch before which nothing is sent, because the server asked for it or sending failed. */
  readonly pausedUntil?: number
}

/** What the user may do about telemetry. Each rejects with CONFIG_INVALID where the app has none. */
export interface Telemetry {
  /**
   * Notes what the user agreed to, on this device, in all tabs and for later visits; it goes before `level` and Global Privacy
   * Control. `off` is `withdraw`.
   */
  consent(level: TelemetryLevel): Promise<TelemetryStatus>
  /** Withdraws consent: what was counted and has not been sent is erased, and nothing more is counted. */
  withdraw(): Promise<TelemetryStatus>
  /**
   * What would be sent now: the batches that wait, byte for byte as they go, and what was counted since, as it would go. The id of
   * the last, and noise of differential privacy in it, are drawn when it is made.
   */
  preview(): Promise<TelemetryBatch[]>
  status(): Promise<TelemetryStatus>
}
