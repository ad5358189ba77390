import type { ModelAccess } from '@homing/protocol'

import { fileRowsPerStatement } from '../config.ts'
import type { AccessRegistry } from './access-registry.ts'
import type { Database } from './database.ts'

/** An access registry in the tables of `database`. The SQL is common to SQLite and PostgreSQL. */
export function kyselyAccessRegistry(database: Database): AccessRegistry {
  return {
    async access(model) {
      const row = await database
        .selectFrom('model_access')
        .select('access')
        .where('model', '=', model)
        .executeTakeFirst()
      return accessOf(row?.access)
    },

    async setAccess(model, access) {
      await database
        .insertInto('model_access')
        .values({ model, access })
        .onConflict((conflict) => conflict.column('model').doUpdateSet({ access }))
        .execute()
    },

    async hasPrivate() {
      const row = await database
        .selectFrom('model_access')
        .select('model')
        .where('access', '=', 'private')
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    async addFiles(model, sha256s) {
      for (let from = 0; from < sha256s.length; from += fileRowsPerStatement) {
        const rows = sha256s.slice(from, from + fileRowsPerStatement).map((sha256) => ({ sha256, model }))
        await database
          .insertInto('model_files')
          .values(rows)
          .onConflict((conflict) => conflict.columns(['sha256', 'model']).doNothing())
          .execute()
      }
    },

    async owners(sha256) {
      const rows = await database
        .selectFrom('model_files')
        .leftJoin('model_access', 'model_access.model', 'model_files.model')
        .select(['model_files.model as model', 'model_access.access as access'])
        .where('model_files.sha256', '=', sha256)
        .orderBy('model_files.model')
        .execute()
      return rows.map(({ model, access }) => ({ model, access: accessOf(access) }))
    },
  }
}

/** Nothing was set: public. Anything but `public` in the table closes the model. */
function accessOf(stored: string | null | undefined): ModelAccess {
  return stored === null || stored === undefined || stored === 'public' ? 'public' : 'private'
}
