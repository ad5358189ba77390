import type { SqliteDatabase } from 'kysely'
import type Libsql from 'libsql'

/**
 * `connection` as Kysely's SQLite, safe where several processes write.
 *
 * A prepared statement of libsql 0.5 that fails with SQLITE_BUSY is never reset. It stays a running write, so what the
 * connection reports as written afterwards is not committed, and is lost when it closes. So no prepared statement may
 * meet a busy database: `exec`, which leaves nothing behind, takes the write lock first. A write and its commit happen
 * in one turn of the event loop, so two connections of one process never wait for each other.
 */
export function libsqlDatabase(connection: Libsql.Database): SqliteDatabase {
  return {
    close: () => close(connection),
    prepare(sql) {
      if (sql === 'begin' || sql === 'commit' || sql === 'rollback') {
        // A read lock that turns into a write lock fails without waiting its turn, so the write lock is taken at once.
        return command(() => void connection.exec(sql === 'begin' ? 'begin immediate' : sql))
      }
      const statement = connection.prepare(sql)
      if (statement.reader || connection.inTransaction) return statement
      return {
        ...command(() => undefined),
        run: (parameters) => alone(connection, () => statement.run(parameters)),
      }
    },
  }
}

/**
 * Closes `connection`. Statements that were not collected yet keep libsql's connection open behind it, and then SQLite does
 * not bring the write-ahead log home by itself.
 */
function close(connection: Libsql.Database): void {
  try {
    connection.exec('PRAGMA busy_timeout = 0') // where another process writes, that one does it
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // a file that is no database has none; whoever opened it heard of that
  }
  connection.close()
}

type Statement = ReturnType<SqliteDatabase['prepare']>

function command(act: () => void): Statement {
  const run = (): { changes: number; lastInsertRowid: number } => {
    act()
    return { changes: 0, lastInsertRowid: 0 }
  }
  return { reader: false, run, all: () => [], iterate: () => [].values() }
}

/** The result of `write`, which is a transaction of its own. */
function alone<T>(connection: Libsql.Database, write: () => T): T {
  connection.exec('begin immediate')
  try {
    const result = write()
    connection.exec('commit')
    return result
  } catch (error) {
    connection.exec('rollback')
    throw error
  }
}
