import { HomingError } from '@homing/protocol'

import { present } from '../present.ts'
import type { TelemetryOptions } from '../telemetry-api.ts'
import type { TelemetryConfig } from './telemetry-host.ts'

/** The options as the host takes them. @throws HomingError CONFIG_INVALID naming the option. */
export function telemetryConfig(options: TelemetryOptions, app: string): TelemetryConfig {
  const { key, level = 'aggregate', interval, differentialPrivacy, slices } = options
  const epsilon = differentialPrivacy?.epsilon
  demand(typeof key === 'string' && key !== '', "key` must be the app's publishable key")
  demand(['off', 'aggregate', 'events'].includes(level), 'level` must be "off", "aggregate" or "events"')
  demand(isPositive(interval), 'interval` must be milliseconds, more than 0')
  demand(isPositive(epsilon), 'differentialPrivacy.epsilon` must be more than 0')
  const texts = Object.values(slices ?? {}).every((value) => typeof value === 'string')
  demand(texts, 'slices` must be texts by name')
  const { globalPrivacyControl = false } = navigator as { globalPrivacyControl?: boolean }
  const url = new URL(options.url, document.baseURI).href
  return { url, key, app, level, globalPrivacyControl, ...present({ epsilon, interval, slice: slices }) }
}

function isPositive(value: number | undefined): boolean {
  return value === undefined || (typeof value === 'number' && value > 0)
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new HomingError('CONFIG_INVALID', `\`telemetry.${what}.`)
}
