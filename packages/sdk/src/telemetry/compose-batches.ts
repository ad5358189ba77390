import {
  batchIdBytes,
  maxEvents,
  maxGroups,
  targetBatchBytes,
  type TelemetryBatch,
  type TelemetryGroup,
  telemetryProtocol,
} from '@homing/protocol'

import { addDropped } from './outbox/batch-head.ts'
import type { FirstMark, NewBatch, SealContext, Sealed } from './outbox/outbox.ts'
import type { Recorded } from './recorder.ts'
import { withoutFew } from './without-few.ts'

/** What every batch of a page says of where it comes from. */
export type BatchOrigin = Pick<TelemetryBatch, 'sdk' | 'level' | 'browser' | 'device'>

/**
 * Batches of what was counted: as few as keep within the bounds of groups and bytes; a group that is larger by itself is alone.
 * The first group of a day for a version of a model is marked so, unless the device has marked one before. The first batch
 * reports what was dropped. Nothing in them tells single values.
 */
export function composeBatches(origin: BatchOrigin, recorded: Recorded, context: SealContext): Sealed {
  const marks: FirstMark[] = []
  const isMarked = (mark: FirstMark): boolean =>
    context.isMarked(mark) ||
    marks.some(
      ({ model, version, day }) => model === mark.model && version === mark.version && day === mark.day,
    )
  const marked = recorded.groups.map((group): TelemetryGroup => {
    const { first: _, ...rest } = withoutFew(group)
    const mark = { model: group.model, version: group.version, day: Math.floor(group.hour / 24) }
    if (isMarked(mark)) return rest
    marks.push(mark)
    return { ...rest, first: 1 }
  })
  const lost = recorded.dropped > 0 ? { groups: recorded.dropped } : {}
  const dropped = addDropped(context.dropped, lost)
  const parts = inParts(marked)
  const events = recorded.events.slice(0, maxEvents)
  if (parts.length === 0 && events.length > 0) parts.push([])
  const batches = parts.map((groups, index): NewBatch => {
    const own = index === 0 ? dropped : {}
    const batch: TelemetryBatch = {
      protocol: telemetryProtocol,
      id: randomId(),
      ...origin,
      ...(Object.keys(own).length > 0 ? { dropped: own } : {}),
      groups,
      ...(index === 0 && events.length > 0 && origin.level === 'events' ? { events } : {}),
    }
    return { id: batch.id, body: JSON.stringify(batch), dropped: own }
  })
  return { batches, marks }
}

function inParts(groups: readonly TelemetryGroup[]): TelemetryGroup[][] {
  const parts: TelemetryGroup[][] = []
  let room = 0
  for (const group of groups) {
    const bytes = JSON.stringify(group).length
    const part = parts.at(-1)
    if (part && bytes <= room && part.length < maxGroups) {
      part.push(group)
      room -= bytes
    } else {
      parts.push([group])
      room = targetBatchBytes - bytes
    }
  }
  return parts
}

/** 16 random bytes as base64url. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(batchIdBytes))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
