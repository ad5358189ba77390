import type { Kysely } from 'kysely'

/** Versions and rollouts. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('versions')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('engine', 'text', (column) => column.notNull())
    .addColumn('manifest_sha256', 'text', (column) => column.notNull())
    .addColumn('manifest_size', 'integer', (column) => column.notNull())
    .addColumn('requirements', 'text')
    .addColumn('published_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('versions_key', ['model', 'version'])
    .execute()
  await database.schema
    .createTable('rollouts')
    .addColumn('model', 'text', (column) => column.primaryKey().notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
}
