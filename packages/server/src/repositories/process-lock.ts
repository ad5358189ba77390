import { setTimeout as sleep } from 'node:timers/promises'

import { HomingError } from '@homing/protocol'
import Libsql from 'libsql'

import { lockRetryMs, lockTimeoutMs } from '../config.ts'

/** What one process at a time may do, of all that share a data folder. */
export interface ProcessLock {
  /**
   * Runs `act` while no other process, and nothing else in this one, holds the lock. Do not call it within `act`.
   * @throws HomingError SERVER_FAILED when another holds it for too long; what `act` throws.
   */
  hold<T>(act: () => Promise<T>): Promise<T>
  /** Lets go for good. Idempotent. */
  close(): void
}

/**
 * A lock on `file`, which holds nothing: SQLite's lock of a database, which the operating system takes back from a
 * process that dies. Waiting blocks nothing else in this process.
 */
export function processLock(file: string, timeoutMs = lockTimeoutMs): ProcessLock {
  const connection = new Libsql(file)
  connection.exec('PRAGMA busy_timeout = 0')
  let last: Promise<unknown> = Promise.resolve()
  let closed = false
  return {
    hold(act) {
      const turn = last.then(async () => {
        await take(connection, timeoutMs)
        try {
          return await act()
        } finally {
          connection.exec('rollback')
        }
      })
      last = turn.catch(() => undefined)
      return turn
    },
    close() {
      if (closed) return
      closed = true
      connection.close()
    },
  }
}

async function take(connection: Libsql.Database, timeoutMs: number): Promise<void> {
  for (let waited = 0; ; waited += lockRetryMs) {
    try {
      connection.exec('begin exclusive')
      return
    } catch (cause) {
      const busy = cause instanceof Error && /SQLITE_BUSY|database is locked/.test(cause.message)
      if (!busy) throw cause
      if (waited >= timeoutMs)
        throw new HomingError('SERVER_FAILED', 'Another server process signs for too long.', { cause })
    }
    await sleep(lockRetryMs)
  }
}
