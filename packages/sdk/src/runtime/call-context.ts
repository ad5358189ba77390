import { type EventWindow, type PipelineContext, windowsOf } from '@homing/pipeline'
import { HomingError, type Manifest } from '@homing/protocol'

import type { PredictRequest } from './runtime-api.ts'

/**
 * Refuses a call that was made for a version with other windows: events that it does not bring would count as none, and
 * the answer be wrong.
 * @throws HomingError CLOSED
 */
export function requireEvents(
  { model, version, pipeline }: Manifest,
  brought: readonly EventWindow[] | undefined,
): void {
  if (!brought || !pipeline) return
  const covered = (needed: EventWindow): boolean =>
    brought.some(({ event, seconds }) => event === needed.event && seconds >= needed.seconds)
  if (windowsOf(pipeline).every(covered)) return
  throw new HomingError(
    'CLOSED',
    `The version of ${model} that the call was made for gave way to ${version}.`,
  )
}

/** What window features of a call are computed from. */
export function contextOf({ events, now }: PredictRequest): PipelineContext {
  return {
    now,
    events: (event, sinceMs) => (events?.[event] ?? []).filter(({ time }) => time >= sinceMs),
  }
}
