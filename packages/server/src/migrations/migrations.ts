import type { Migration } from 'kysely'

import { up as registry } from './0001-registry.ts'

/** Every change of the schema, run in the order of its key. A published migration is never edited. */
export const migrations: Record<string, Migration> = {
  '0001-registry': { up: registry },
}
