import type { FastifyBaseLogger } from 'fastify'

import type { Cohort, Limits } from '../config.ts'
import type { AppKeyRepository } from '../repositories/app-key-repository.ts'
import type { Database } from '../repositories/database.ts'
import { kyselyAppKeys } from '../repositories/kysely-app-keys.ts'
import { kyselyBatches } from '../repositories/kysely-batches.ts'
import { kyselyRollups } from '../repositories/kysely-rollups.ts'
import type { RollupRepository } from '../repositories/rollup-repository.ts'
import { type AppDirectory, appDirectory } from './app-directory.ts'
import { commitQueue } from './commit-queue.ts'
import { type Folding, folding } from './folding.ts'
import { type Housekeeping, housekeeping } from './housekeeping.ts'
import { type Ingest, ingest } from './ingest.ts'

/** What the server does with telemetry. */
export interface Telemetry {
  readonly appKeys: AppKeyRepository
  readonly directory: AppDirectory
  readonly ingest: Ingest
  readonly folding: Folding
  readonly rollups: RollupRepository
  readonly housekeeping: Housekeeping
  /** Writes and folds what was taken, and ends. */
  close(): Promise<void>
}

/** What telemetry works with. */
export interface TelemetryParts {
  readonly database: Database
  readonly limits: Limits
  readonly cohort: Cohort
  readonly now: () => Date
  readonly log: FastifyBaseLogger
}

/** Opens ingest and folding over `database`. */
export function openTelemetry({ database, limits, cohort, now, log }: TelemetryParts): Telemetry {
  const appKeys = kyselyAppKeys(database)
  const batches = kyselyBatches(database)
  const rollups = kyselyRollups(database)
  const rules = {
    hourly: limits.telemetryHourlyHours,
    kept: limits.telemetryKeptHours,
    mostPredictions: limits.telemetryPredictions,
  }
  const queue = commitQueue(batches, limits.telemetryQueue, log)
  const folds = folding({ batches, rollups, rules, log })
  const house = housekeeping({ batches, rollups, cohort, limits, now, log })
  return {
    appKeys,
    rollups,
    housekeeping: house,
    directory: appDirectory(appKeys, () => now().getTime()),
    ingest: ingest({ queue, folding: folds, backlog: limits.telemetryBacklog, now }),
    folding: folds,
    async close() {
      await queue.close()
      await Promise.all([folds.end(), house.end()])
    },
  }
}
