import { setTimeout as sleep } from 'node:timers/promises'

import { type Dialect, Kysely, Migrator, SqliteAdapter, SqliteDialect } from 'kysely'
import Libsql from 'libsql'

import { busyTimeoutMs, migrationAttempts, migrationRetryMs } from '../config.ts'
import { migrations } from '../migrations/migrations.ts'
import type { Database, Tables } from './database.ts'
import { libsqlDatabase } from './libsql-database.ts'

/**
 * The SQLite database in `file`, made or migrated to the present schema.
 * A commit is on the disk when it returns (WAL with FULL lost nothing in kill and power-cut tests; NORMAL did).
 * A write waits at most `busyMs` milliseconds for those of other processes.
 */
export async function openSqlite(file: string, busyMs = busyTimeoutMs): Promise<Database> {
  const connection = new Libsql(file)
  const database = new Kysely<Tables>({ dialect: sharedSqlite(connection) })
  try {
    // A busy wait blocks the process, so a migration that runs elsewhere is waited for by trying again.
    connection.exec('PRAGMA busy_timeout = 0')
    await retryWhileBusy(async () => {
      connection.exec('PRAGMA journal_mode = WAL')
      connection.exec('PRAGMA synchronous = FULL')
      await migrate(database)
    })
    connection.exec(`PRAGMA busy_timeout = ${busyMs}`)
    return database
  } catch (error) {
    await database.destroy()
    throw error
  }
}

/** Kysely's dialect, but migrating as a whole: SQLite can undo changes of the schema, which the adapter denies. */
function sharedSqlite(connection: Libsql.Database): Dialect {
  const dialect = new SqliteDialect({ database: libsqlDatabase(connection) })
  return {
    createDriver: () => dialect.createDriver(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createAdapter: () =>
      Object.create(new SqliteAdapter(), { supportsTransactionalDdl: { value: true } }) as SqliteAdapter,
  }
}

async function migrate(database: Database): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error as Error
}

async function retryWhileBusy(action: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await action()
      return
    } catch (error) {
      const busy =
        error instanceof Error &&
        /SQLITE_BUSY|database is locked/.test(`${(error as { code?: string }).code} ${error.message}`)
      if (!busy || attempt === migrationAttempts) throw error
      await sleep(migrationRetryMs * (0.5 + Math.random()))
    }
  }
}
