import type { FastifyBaseLogger } from 'fastify'

import { type Cohort, housekeepingMs, type Limits } from '../config.ts'
import type { BatchRepository } from '../repositories/batch-repository.ts'
import type { RollupRepository } from '../repositories/rollup-repository.ts'
import { releaseCohorts } from './cohort/release-cohorts.ts'
import { hourOf } from './hours.ts'
import { downSample } from './retention/down-sample.ts'
import { removeOldBatches, removeOldRollups } from './retention/remove-old.ts'

/** What runs beside ingest, for as long as the server does. */
export interface Housekeeping {
  /** Releases, down-samples and removes what is due now. */
  run(): Promise<void>
  /** Ends it; resolves when nothing is under way any more. Idempotent. */
  end(): Promise<void>
}

/** What housekeeping works with. */
export interface HousekeepingParts {
  readonly batches: BatchRepository
  readonly rollups: RollupRepository
  readonly cohort: Cohort
  readonly limits: Limits
  readonly now: () => Date
  readonly log: FastifyBaseLogger
}

/** Keeps house now and then. Any number of processes may over one database: each step is whole or does nothing. */
export function housekeeping({
  batches,
  rollups,
  cohort,
  limits,
  now,
  log,
}: HousekeepingParts): Housekeeping {
  let last: Promise<void> = Promise.resolve()
  const keepHouse = async (): Promise<void> => {
    const present = hourOf(now())
    if (cohort.marks > 1) await releaseCohorts(rollups, cohort, present)
    await downSample(rollups, present - limits.telemetryHourlyHours)
    await removeOldRollups(rollups, present - limits.telemetryKeptHours)
    await removeOldBatches(batches, {
      bodiesBefore: present - limits.telemetryBodyHours,
      idsBefore: present - limits.telemetryIdHours,
    })
  }
  const run = (): Promise<void> => {
    last = last.then(keepHouse).catch((err: unknown) => log.error({ err }, 'telemetry could not be tidied'))
    return last
  }
  const timer = setInterval(() => void run(), housekeepingMs).unref()
  return {
    run,
    end() {
      clearInterval(timer)
      return last
    },
  }
}
