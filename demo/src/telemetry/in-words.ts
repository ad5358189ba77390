import type { Homing, TelemetryLevel } from '@homing/sdk'

type Batches = Awaited<ReturnType<Homing['telemetry']['preview']>>

/** A sentence on what waits to be sent. */
export function inWords(level: TelemetryLevel, batches: Batches, globalPrivacyControl: boolean): string {
  if (level === 'off')
    return globalPrivacyControl
      ? 'Your browser asks for privacy (Global Privacy Control), so nothing is counted.'
      : 'Nothing is counted, and what had been was erased.'
  const counts = new Map<string, number>()
  for (const { model, counts: own } of batches.flatMap(({ groups }) => groups))
    counts.set(model, (counts.get(model) ?? 0) + (own.predictions ?? 0))
  const models = [...counts].map(([model, count]) => `${count} by ${model}`)
  return models.length === 0
    ? 'Nothing waits: all that was counted has been sent.'
    : `Predictions that were counted and not sent yet: ${models.join(', ')}.`
}
