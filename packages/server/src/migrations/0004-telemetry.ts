import type { Kysely } from 'kysely'

/** Keys of apps, batches as they came, which of them are not folded yet, and what the others were folded into. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('app_keys')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('sha256', 'text', (column) => column.notNull().unique())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('origins', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('revoked_at', 'text')
    .execute()
  await database.schema
    .createTable('telemetry_batches')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement().notNull())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('body', 'blob')
    .addUniqueConstraint('telemetry_batches_id', ['app', 'id'])
    .execute()
  await database.schema.createIndex('telemetry_batches_hour').on('telemetry_batches').column('hour').execute()
  await database.schema
    .createTable('telemetry_unfolded')
    .addColumn('seq', 'integer', (column) => column.primaryKey().notNull())
    .execute()
  await database.schema
    .createTable('telemetry_releases')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement().notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
  await rollups(database)
}

async function rollups(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('telemetry_rollups')
    .addColumn('key', 'text', (column) => column.primaryKey().notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('release', 'integer', (column) => column.notNull())
    .addColumn('span', 'integer', (column) => column.notNull())
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('app', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('variant', 'text', (column) => column.notNull())
    .addColumn('backend', 'text', (column) => column.notNull())
    .addColumn('browser', 'text', (column) => column.notNull())
    .addColumn('slice', 'text', (column) => column.notNull())
    .addColumn('marks', 'integer', (column) => column.notNull())
    .addColumn('batches', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute()
  await database.schema
    .createIndex('telemetry_rollups_place')
    .on('telemetry_rollups')
    .columns(['app', 'model', 'version', 'hour'])
    .execute()
  await database.schema
    .createIndex('telemetry_rollups_app')
    .on('telemetry_rollups')
    .columns(['app', 'hour', 'release'])
    .execute()
  await database.schema
    .createIndex('telemetry_rollups_release')
    .on('telemetry_rollups')
    .columns(['release', 'hour'])
    .execute()
}
