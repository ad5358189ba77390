import type { Level } from '../../../telemetry/effective-level.ts'
import { isLevel } from '../../../telemetry/effective-level.ts'
import type { Outbox } from '../../../telemetry/outbox/outbox.ts'
import { present } from '../../present.ts'
import type { TelemetryConfig } from '../../telemetry/telemetry-host.ts'
import type { TelemetryStatus } from '../../telemetry-api.ts'

/** How telemetry stands, as the page is told. */
export async function telemetryStatus(
  { globalPrivacyControl, epsilon }: TelemetryConfig,
  level: Level,
  outbox: Outbox,
): Promise<TelemetryStatus> {
  const [{ kind, reason, batches, bytes, dropped, pause }, consent] = await Promise.all([
    outbox.status(),
    outbox.readConsent(),
  ])
  return {
    level,
    globalPrivacyControl,
    storage: { kind, ...present({ reason }) },
    waiting: { batches, bytes },
    dropped,
    ...present({ consent: isLevel(consent) ? consent : undefined, epsilon, pausedUntil: pause?.until }),
  }
}
