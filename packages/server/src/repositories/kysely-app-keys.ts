import type { AppKeyRecord, AppKeyRepository } from './app-key-repository.ts'
import type { Database } from './database.ts'
import type { AppKeyTable } from './telemetry-tables.ts'

/** Keys of apps in the tables of `database`. The SQL is common to SQLite and PostgreSQL. */
export function kyselyAppKeys(database: Database): AppKeyRepository {
  return {
    async add({ id, sha256, app, origins, createdAt }) {
      await database
        .insertInto('app_keys')
        .values({
          id,
          sha256,
          app,
          origins: JSON.stringify(origins),
          created_at: createdAt,
          revoked_at: null,
        })
        .execute()
    },

    async list() {
      const rows = await database
        .selectFrom('app_keys')
        .selectAll()
        .orderBy('app')
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return rows.map(toRecord)
    },

    async revoke(id, at) {
      await database
        .updateTable('app_keys')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute()
      const row = await database.selectFrom('app_keys').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
  }
}

function toRecord(row: AppKeyTable): AppKeyRecord {
  return {
    id: row.id,
    sha256: row.sha256,
    app: row.app,
    origins: JSON.parse(row.origins) as string[],
    createdAt: row.created_at,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  }
}
