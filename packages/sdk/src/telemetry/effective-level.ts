import type { TelemetryBatch } from '@homing/protocol'

/** What goes home. */
export type Level = 'off' | TelemetryBatch['level']

/** What decides on it. */
export interface LevelWishes {
  /** What the user has chosen on this device. */
  readonly consent: string | undefined
  /** What the app asks for. */
  readonly level: Level | undefined
  readonly globalPrivacyControl: boolean
}

/** What the user has chosen goes before all else; without that, Global Privacy Control means nothing. */
export function effectiveLevel({ consent, level = 'aggregate', globalPrivacyControl }: LevelWishes): Level {
  if (isLevel(consent)) return consent
  return globalPrivacyControl ? 'off' : level
}

/** What the disk gives may be what another version of this library wrote. */
export function isLevel(value: unknown): value is Level {
  return value === 'off' || value === 'aggregate' || value === 'events'
}
