import type { Migration } from 'kysely'

import { up as registry } from './0001-registry.ts'
import { up as metadata } from './0002-metadata.ts'
import { up as access } from './0003-access.ts'
import { up as telemetry } from './0004-telemetry.ts'

/** Every change of the schema, run in the order of its key. A published migration is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-registry': { up: registry },
  '0002-metadata': { up: metadata },
  '0003-access': { up: access },
  '0004-telemetry': { up: telemetry },
}
