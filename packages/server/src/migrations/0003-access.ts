import type { Kysely } from 'kysely'

/** Who may read which model, and whose each blob is. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('model_access')
    .addColumn('model', 'text', (column) => column.primaryKey().notNull())
    .addColumn('access', 'text', (column) => column.notNull())
    .execute()
  await database.schema
    .createTable('model_files')
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_files_key', ['sha256', 'model'])
    .execute()
}
