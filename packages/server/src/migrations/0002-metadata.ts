import type { Kysely } from 'kysely'

/** Signed metadata, and what the server's own key vouches for besides rollouts. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('metadata')
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('root', 'integer')
    .addPrimaryKeyConstraint('metadata_key', ['role', 'version'])
    .execute()
  await database.schema
    .createTable('online_targets')
    .addColumn('path', 'text', (column) => column.primaryKey().notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
}
