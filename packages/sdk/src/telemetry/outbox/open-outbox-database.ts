import { type DBSchema, type IDBPDatabase, wrap } from 'idb'

import type { PendingPrediction } from '../pending-store.ts'
import type { BatchHead } from './batch-head.ts'
import { openTimeout } from './config.ts'
import type { MarkedDays } from './mark-book.ts'
import { unavailable } from './outbox-error.ts'
import type { SavedSession } from './outbox.ts'
import { outboxVersion, upgrades } from './upgrades.ts'

/** The tables of telemetry. */
export interface OutboxDatabase extends DBSchema {
  sessions: { key: string; value: SavedSession }
  /** What is known of each batch, by its id, without its body: bounds are kept without reading those. */
  batches: { key: string; value: BatchHead }
  bodies: { key: string; value: string }
  /** Days that were marked, by model and version. */
  marks: { key: string; value: MarkedDays }
  /** `dropped`, `pause` and `consent`. */
  notes: { key: string; value: unknown }
  /** Predictions that wait for feedback. */
  pending: {
    key: [model: string, id: string]
    value: PendingPrediction
    indexes: { due: number; time: number }
  }
}

/**
 * Opens the database, or brings it up to date first. It closes by itself when newer code wants to upgrade it, or somebody
 * deletes it; `onClosed` is told.
 * @throws HomingError STORE_UNAVAILABLE when nothing happens for a while.
 */
export function openOutboxDatabase(
  factory: IDBFactory,
  name: string,
  onClosed: () => void,
): Promise<IDBPDatabase<OutboxDatabase>> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, outboxVersion)
    const timer = setTimeout(() => {
      request.onsuccess = () => request.result.close() // left open it would block every later upgrade
      reject(unavailable(`no answer in ${openTimeout} ms`))
    }, openTimeout)
    request.onupgradeneeded = ({ oldVersion }) => {
      for (const upgrade of upgrades.slice(oldVersion, outboxVersion)) upgrade(request.result)
    }
    request.onerror = () => {
      clearTimeout(timer)
      reject(request.error!)
    }
    request.onsuccess = () => {
      clearTimeout(timer)
      const database = request.result
      database.onclose = onClosed
      database.onversionchange = () => {
        database.close()
        onClosed()
      }
      resolve(wrap(database) as IDBPDatabase<OutboxDatabase>)
    }
  })
}
