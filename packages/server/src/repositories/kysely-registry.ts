import { compareVersions, type Requirements } from '@homing/protocol'
import { sql } from 'kysely'

import type { Database, VersionTable } from './database.ts'
import type { Registry, VersionRecord } from './registry.ts'

/** A registry in the tables of `database`, which it owns from now on. The SQL is common to SQLite and PostgreSQL. */
export function kyselyRegistry(database: Database): Registry {
  return {
    async addVersion(record) {
      const { numInsertedOrUpdatedRows } = await database
        .insertInto('versions')
        .values(toRow(record))
        .onConflict((conflict) => conflict.columns(['model', 'version']).doNothing())
        .executeTakeFirstOrThrow()
      const stored = await database
        .selectFrom('versions')
        .selectAll()
        .where('model', '=', record.model)
        .where('version', '=', record.version)
        .executeTakeFirstOrThrow()
      return { added: numInsertedOrUpdatedRows === 1n, stored: toRecord(stored) }
    },

    async versions(model) {
      let query = database.selectFrom('versions').selectAll().orderBy('model')
      if (model !== undefined) query = query.where('model', '=', model)
      const records = (await query.execute()).map(toRecord)
      return records.sort((a, b) => (a.model === b.model ? compareVersions(b.version, a.version) : 0))
    },

    async rollouts(model) {
      let query = database.selectFrom('rollouts').selectAll().orderBy('model')
      if (model !== undefined) query = query.where('model', '=', model)
      return query.execute()
    },

    async advanceRollout({ model, revision, document }, publisher) {
      const listed = sql<boolean>`(select coalesce(max(version), 0) from metadata where role = 'publisher') =
        cast(${publisher} as integer)`
      if (revision === 1) {
        const { numAffectedRows } = await sql`
          insert into rollouts (model, revision, document)
          select cast(${model} as text), 1, cast(${document} as text) where ${listed}
          on conflict do nothing`.execute(database)
        return numAffectedRows === 1n
      }
      const { numUpdatedRows } = await database
        .updateTable('rollouts')
        .set({ revision, document })
        .where('model', '=', model)
        .where('revision', '=', revision - 1)
        .where(listed)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },

    async check() {
      await sql`select 1 from versions limit 1`.execute(database)
    },

    close: () => database.destroy(),
  }
}

function toRow(record: VersionRecord): VersionTable {
  return {
    model: record.model,
    version: record.version,
    engine: record.engine,
    manifest_sha256: record.manifest.sha256,
    manifest_size: record.manifest.size,
    requirements: record.requirements ? JSON.stringify(record.requirements) : null,
    published_at: record.publishedAt,
  }
}

function toRecord(row: VersionTable): VersionRecord {
  return {
    model: row.model,
    version: row.version,
    engine: row.engine,
    manifest: { sha256: row.manifest_sha256, size: row.manifest_size },
    ...(row.requirements === null ? {} : { requirements: JSON.parse(row.requirements) as Requirements }),
    publishedAt: row.published_at,
  }
}
