import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb'

import { openOutboxDatabase, type OutboxDatabase } from './open-outbox-database.ts'
import { outboxError, unavailable } from './outbox-error.ts'

export type OutboxTable = StoreNames<OutboxDatabase>
export type OutboxTransaction = IDBPTransaction<OutboxDatabase, OutboxTable[], 'readwrite'>

/** Transactions on telemetry's database. */
export interface OutboxTransactions {
  /**
   * Runs `work` in one transaction: it survives the browser when this resolves, with `strict` also a loss of power, and is
   * undone whole when `work` fails.
   * @throws HomingError STORE_FULL, STORE_UNAVAILABLE.
   */
  during<T>(
    tables: OutboxTable[],
    work: (transaction: OutboxTransaction) => Promise<T>,
    durability?: 'relaxed' | 'strict',
  ): Promise<T>
  /** Idempotent. */
  close(): Promise<void>
}

/**
 * The database `name`, opened. One that was closed under it, as by a user who clears what sites keep, is opened again by the
 * next transaction.
 * @throws HomingError STORE_UNAVAILABLE.
 */
export async function outboxDatabase(factory: IDBFactory, name: string): Promise<OutboxTransactions> {
  let opening: Promise<IDBPDatabase<OutboxDatabase>> | undefined
  let closed = false
  const forget = (): void => void (opening = undefined)

  const open = (): Promise<IDBPDatabase<OutboxDatabase>> => {
    if (closed) throw unavailable('it was closed')
    if (opening) return opening
    opening = openOutboxDatabase(factory, name, forget)
    opening.catch(forget)
    return opening
  }
  const during: OutboxTransactions['during'] = async (tables, work, durability = 'relaxed') => {
    try {
      const transaction = (await open()).transaction(tables, 'readwrite', { durability })
      transaction.done.catch(() => undefined) // told below
      try {
        const result = await work(transaction)
        await transaction.done
        return result
      } catch (error) {
        const reason = transaction.error // over quota, the request only says that it was aborted
        abort(transaction)
        throw reason ?? error
      }
    } catch (cause) {
      throw outboxError(cause)
    }
  }
  await during(['notes'], () => Promise.resolve())
  return {
    during,
    async close() {
      closed = true
      const closing = opening
      opening = undefined
      await closing?.then(
        (database) => database.close(),
        () => undefined,
      )
    },
  }
}

function abort(transaction: OutboxTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It has ended already.
  }
}
