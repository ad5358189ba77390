import { sql } from 'kysely'

import type { Database } from './database.ts'
import type { MetadataRecord, MetadataRepository } from './metadata-repository.ts'

/**
 * Metadata in the tables of `database`. The SQL is common to SQLite and PostgreSQL. Metadata is JSON, hence valid
 * UTF-8 without a zero byte, whose bytes a column of text keeps.
 */
export function kyselyMetadata(database: Database): MetadataRepository {
  return {
    async newest() {
      const rows = await database
        .selectFrom('metadata as present')
        .select(['role', 'version', 'document'])
        .where('version', '=', ({ selectFrom }) =>
          selectFrom('metadata as other')
            .select(({ fn }) => fn.max<number>('other.version').as('newest'))
            .whereRef('other.role', '=', 'present.role'),
        )
        .orderBy('role')
        .execute()
      return new Map(rows.map((row) => [row.role, toRecord(row)]))
    },

    async find(role, version) {
      const row = await database
        .selectFrom('metadata')
        .select(['role', 'version', 'document'])
        .where('role', '=', role)
        .where('version', '=', version)
        .executeTakeFirst()
      return row && toRecord(row)
    },

    async head() {
      const row = await database
        .selectFrom('metadata')
        .selectAll()
        .where('role', '=', 'timestamp')
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && { timestamp: toRecord(row), root: row.root! }
    },

    async submit(record, rollouts) {
      const { numAffectedRows } = await sql`
        insert into metadata (role, version, document)
        select cast(${record.role} as text), cast(${record.version} as integer), cast(${toText(record.bytes)} as text)
        where ${newestOf(record.role)} = cast(${record.version - 1} as integer)
          and (select coalesce(sum(revision), 0) from rollouts) = cast(${rollouts} as integer)
        on conflict do nothing`.execute(database)
      return numAffectedRows === 1n
    },

    async publish(records, head) {
      const added = [...records, head.timestamp].map(
        ({ role, version, bytes }) => sql`
          (cast(${role} as text), cast(${version} as integer), cast(${toText(bytes)} as text),
           cast(${role === 'timestamp' ? head.root : null} as integer))`,
      )
      const { numAffectedRows } = await sql`
        insert into metadata (role, version, document, root)
        with added(role, version, document, root) as (values ${sql.join(added)})
        select role, version, document, root from added
        where ${newestOf('timestamp')} = cast(${head.timestamp.version - 1} as integer)`.execute(database)
      return numAffectedRows === BigInt(added.length)
    },

    async names() {
      return database
        .selectFrom('metadata')
        .select(['role', 'version'])
        .orderBy('role')
        .orderBy('version')
        .execute()
    },

    async remove(names) {
      for (const { role, version } of names)
        await database
          .deleteFrom('metadata')
          .where('role', '=', role)
          .where('version', '=', version)
          .execute()
    },

    async putOnlineTarget({ path, bytes }) {
      const document = toText(bytes)
      await database
        .insertInto('online_targets')
        .values({ path, document })
        .onConflict((conflict) => conflict.column('path').doUpdateSet({ document }))
        .execute()
    },

    async onlineTargets() {
      const rows = await database.selectFrom('online_targets').selectAll().orderBy('path').execute()
      return rows.map(({ path, document }) => ({ path, bytes: toBytes(document) }))
    },
  }
}

/** The version of a role's newest metadata; 0 when it has none. */
function newestOf(role: string) {
  return sql`(select coalesce(max(present.version), 0) from metadata as present where present.role = ${role})`
}

function toRecord(row: { role: string; version: number; document: string }): MetadataRecord {
  return { role: row.role, version: row.version, bytes: toBytes(row.document) }
}

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text))
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
