import { HomingError } from '@homing/protocol'

import { indexedDbOutbox } from './indexed-db-outbox.ts'
import { createMemoryOutbox } from './memory-outbox.ts'
import { outboxDatabase, type OutboxTransactions } from './outbox-database.ts'
import { unavailable } from './outbox-error.ts'
import type { Outbox } from './outbox.ts'

/** An outbox, and the database that it lies in; undefined where it is in memory. */
export interface OpenedOutbox {
  readonly outbox: Outbox
  readonly database: OutboxTransactions | undefined
}

/**
 * Opens the outbox `name`: in memory, for this page alone, where IndexedDB is missing, refused or broken. `indexedDB` gives the
 * browser's; looking at it may throw. It has a database of its own, beside that of models: what measures must never keep a
 * model from serving, by an upgrade that an older tab blocks or a table that is broken, and withdrawn consent empties it whole.
 */
export async function openOutbox(
  name: string,
  inMemory = false,
  indexedDB: () => IDBFactory | undefined = () => globalThis.indexedDB,
): Promise<OpenedOutbox> {
  if (inMemory) return { outbox: createMemoryOutbox(), database: undefined }
  try {
    const factory = indexedDB()
    if (!factory) throw unavailable('this browser or mode has none')
    const database = await outboxDatabase(factory, name)
    return { outbox: indexedDbOutbox(database), database }
  } catch (error) {
    return { outbox: createMemoryOutbox(HomingError.from(error).message), database: undefined }
  }
}
