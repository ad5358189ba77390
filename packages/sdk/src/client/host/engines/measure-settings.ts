import type { MeasureSettings } from '../../../runtime/measure/measure-api.ts'
import { present } from '../../present.ts'
import type { TelemetryConfig } from '../../telemetry/telemetry-host.ts'

/** How engines measure calls at a level of telemetry; undefined where they do not. */
export function measureSettings(
  { epsilon, slice }: TelemetryConfig,
  level: TelemetryConfig['level'],
): MeasureSettings | undefined {
  if (level === 'off') return undefined
  return { ...present({ epsilon, slice }), events: level === 'events' }
}
