import { HomingError, type TelemetryBatch } from '@homing/protocol'

import { maxHoursAhead } from '../config.ts'
import type { CommitQueue } from './commit-queue.ts'
import { overloaded } from './commit-queue.ts'
import type { Folding } from './folding.ts'
import { hourOf } from './hours.ts'
import { readTelemetryBody } from './telemetry-body.ts'

/** Takes batches. */
export interface Ingest {
  /**
   * Resolves when the batch in `body` is on the disk, or was there before.
   * @throws HomingError OVERLOADED; TELEMETRY_INVALID, TELEMETRY_UNSUPPORTED, BODY_TOO_LARGE, REQUEST_INVALID.
   */
  take(app: string, body: Uint8Array, encoding: string | undefined): Promise<void>
  /** @throws HomingError OVERLOADED where more is unfolded than may be: before a body is read. */
  requireRoom(): void
}

/** What takes batches works with. */
export interface IngestParts {
  readonly queue: CommitQueue
  readonly folding: Folding
  /** Most batches that wait to be folded. */
  readonly backlog: number
  readonly now: () => Date
}

/** Ingest over a queue and what folds. */
export function ingest({ queue, folding, backlog, now }: IngestParts): Ingest {
  return {
    requireRoom() {
      if (folding.backlog() >= backlog) throw overloaded('Too many batches wait to be folded.')
    },
    async take(app, body, encoding) {
      const { batch, gzip } = readTelemetryBody(body, encoding)
      const hour = hourOf(now())
      requireKnownHours(batch, hour)
      const seq = await queue.add({ app, id: batch.id, hour, body: gzip })
      if (seq !== undefined) folding.add({ seq, app, hour, batch })
    },
  }
}

/** A clock may be wrong; one that is wrong by days says nothing of when. */
function requireKnownHours({ groups }: TelemetryBatch, present: number): void {
  const latest = Math.max(0, ...groups.map(({ hour }) => hour))
  if (latest > present + maxHoursAhead)
    throw new HomingError(
      'TELEMETRY_INVALID',
      `The batch tells of an hour ${latest - present} hours ahead of this server, more than ${maxHoursAhead}.`,
      { details: { hour: latest, present } },
    )
}
