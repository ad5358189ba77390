import type { IDBPDatabase, StoreNames } from 'idb'

import { faultPoint } from '../faults/fault-point.ts'
import type { StoreWrite } from '../faults/fault-points.ts'
import { maxFacts } from './config.ts'
import { readIndexedDbFact, writeIndexedDbFact } from './indexed-db-facts.ts'
import { indexedDbUsage } from './indexed-db-usage.ts'
import type { ReadTransaction, WriteTransaction } from './transactions.ts'
import { blobKeeper, keptBytes } from './kept-blob.ts'
import {
  deleteIndexedDbPieces,
  listIndexedDbPieces,
  readIndexedDbPieces,
  writeIndexedDbPiece,
} from './indexed-db-partials.ts'
import { emptyRecord, readRecord } from './model-record.ts'
import { type HomingDatabase, openDatabase } from './open-database.ts'
import { browserEstimate, type StorageEstimator, storeError, unavailable } from './store-error.ts'
import type { ModelRecord, Store } from './store.ts'

type Table = StoreNames<HomingDatabase>

/** How a database is opened. */
export interface IndexedDbOptions {
  readonly estimate?: StorageEstimator
  /** Longest wait for it to open, in milliseconds; Infinity waits until an older tab lets go. */
  readonly patience?: number
}

/**
 * A store in the IndexedDB database `name`. Every method is one transaction.
 * @throws HomingError STORE_UNAVAILABLE when the database cannot be opened, STORE_NEWER when newer code has upgraded it.
 */
export async function openIndexedDbStore(
  factory: IDBFactory,
  name: string,
  { estimate = browserEstimate, patience }: IndexedDbOptions = {},
): Promise<Store> {
  const keepBlob = blobKeeper()
  let lost: string | undefined
  const database: IDBPDatabase<HomingDatabase> = await guarded(() =>
    openDatabase(factory, name, (reason) => (lost ??= reason), patience),
  )

  function refuseWhenLost(cause?: unknown): void {
    if (lost !== undefined) throw unavailable(lost, cause)
  }

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    refuseWhenLost()
    try {
      return await work()
    } catch (cause) {
      refuseWhenLost(cause)
      throw await storeError(cause, estimate)
    }
  }

  /** Runs `work` in one transaction that is on the disk when this resolves, and is undone whole when `work` fails. */
  function write<T>(
    name: StoreWrite,
    tables: Table[],
    work: (transaction: WriteTransaction) => Promise<T>,
  ): Promise<T> {
    return guarded(async () => {
      faultPoint(`${name}-begun`)
      const transaction = hushed(database.transaction(tables, 'readwrite', { durability: 'strict' }))
      try {
        const result = await work(transaction)
        faultPoint(`${name}-uncommitted`)
        await transaction.done
        faultPoint(`${name}-committed`)
        return result
      } catch (error) {
        // Over quota, the request says that it was aborted, and only the transaction why.
        const reason = transaction.error
        abort(transaction)
        throw reason ?? error
      }
    })
  }

  const read = <T>(tables: Table[], work: (transaction: ReadTransaction) => Promise<T>): Promise<T> =>
    guarded(() => work(hushed(database.transaction(tables))))

  return {
    kind: 'indexeddb',

    readBlob: (sha256) =>
      guarded(async () => {
        const blob = await read(['blobs'], (transaction) => transaction.objectStore('blobs').get(sha256))
        if (!blob) return undefined
        try {
          return await keptBytes(blob)
        } catch {
          // The browser lost the file behind the record. Without the record it is fetched again.
          await write('blob-deletion', ['blobs'], (transaction) =>
            transaction.objectStore('blobs').delete(sha256),
          )
          return undefined
        }
      }),
    hasBlobs: (sha256s) =>
      read(['blobs'], async (transaction) => {
        const blobs = transaction.objectStore('blobs')
        const keys = await Promise.all(sha256s.map((sha256) => blobs.getKey(sha256)))
        return new Set(keys.filter((key) => key !== undefined))
      }),
    writeBlob: (sha256, bytes) =>
      keepBlob(bytes, (kept) =>
        write('blob', ['blobs', 'partials'], async (transaction) => {
          await transaction.objectStore('blobs').put(kept, sha256)
          await deleteIndexedDbPieces(transaction, sha256)
        }),
      ),
    deleteBlob: (sha256) =>
      write('blob-deletion', ['blobs'], (transaction) => transaction.objectStore('blobs').delete(sha256)),

    readPieces: (sha256) => read(['partials'], (transaction) => readIndexedDbPieces(transaction, sha256)),
    listPieces: (sha256s) => read(['partials'], (transaction) => listIndexedDbPieces(transaction, sha256s)),
    writePiece: (sha256, piece) =>
      write('piece', ['partials'], (transaction) => writeIndexedDbPiece(transaction, sha256, piece)),
    deletePieces: (sha256) =>
      write('piece-deletion', ['partials'], (transaction) => deleteIndexedDbPieces(transaction, sha256)),

    readManifest: (sha256) =>
      read(['manifests'], async (transaction) => {
        const bytes = await transaction.objectStore('manifests').get(sha256)
        return bytes && new Uint8Array(bytes)
      }),
    writeManifest: (sha256, bytes) =>
      write('manifest', ['manifests'], async (transaction) => {
        await transaction.objectStore('manifests').put(bytes.slice().buffer, sha256)
      }),
    deleteManifest: (sha256) =>
      write('manifest-deletion', ['manifests'], (transaction) =>
        transaction.objectStore('manifests').delete(sha256),
      ),

    readMetadata: (name) =>
      read(['metadata'], async (transaction) => {
        const bytes = await transaction.objectStore('metadata').get(name)
        return bytes && new Uint8Array(bytes)
      }),
    writeMetadata: (name, bytes) =>
      write('metadata', ['metadata'], async (transaction) => {
        await transaction.objectStore('metadata').put(bytes.slice().buffer, name)
      }),

    readModel: (model) =>
      read(['models'], async (transaction) => readRecord(await transaction.objectStore('models').get(model))),
    updateModel: async (model, change) => {
      let refusal: { error: unknown } | undefined
      const attempt = (record: ModelRecord): ModelRecord => {
        try {
          return change(record)
        } catch (error) {
          refusal = { error }
          throw error
        }
      }
      const update = write('record', ['models'], async (transaction) => {
        const models = transaction.objectStore('models')
        const record = attempt(readRecord(await models.get(model)) ?? emptyRecord(model))
        await models.put(record, model)
        return record
      })
      return update.catch((error: unknown) => {
        throw refusal ? refusal.error : error
      })
    },

    appendEvent: (event) =>
      write('event', ['events'], async (transaction) => {
        await transaction.objectStore('events').add(event)
      }),
    readEvents: (event, since) =>
      read(['events'], (transaction) => {
        const range = IDBKeyRange.bound([event, since], [event, Infinity])
        return transaction.objectStore('events').index('event-time').getAll(range)
      }),
    deleteEventsBefore: (time) =>
      write('event-deletion', ['events'], async (transaction) => {
        const events = transaction.objectStore('events')
        const old = await events.index('time').getAllKeys(IDBKeyRange.upperBound(time, true))
        await Promise.all(old.map((key) => events.delete(key)))
      }),

    readFact: (name) => read(['facts'], (transaction) => readIndexedDbFact(transaction, name)),
    writeFact: (name, value, keep = maxFacts) =>
      write('fact', ['facts'], (transaction) => writeIndexedDbFact(transaction, name, value, keep)),

    markUsed: (manifestSha256, time) =>
      write('use', ['uses'], async (transaction) => {
        await transaction.objectStore('uses').put(time, manifestSha256)
      }),
    collectGarbage: async (rules) => {
      const { collectIndexedDbGarbage } = await import('./indexed-db-garbage.ts')
      return write('garbage', ['models', 'manifests', 'uses', 'blobs', 'partials'], (transaction) =>
        collectIndexedDbGarbage(transaction, rules),
      )
    },
    forget: async (rules) => {
      const { forgetInIndexedDb, forgettingTables } = await import('./indexed-db-forget.ts')
      return write('garbage', [...forgettingTables], (transaction) => forgetInIndexedDb(transaction, rules))
    },
    usage: () => read(['manifests', 'blobs', 'partials'], indexedDbUsage),
    close: () => {
      lost ??= 'the store was closed'
      database.close()
      return Promise.resolve()
    },
  }
}

function abort(transaction: WriteTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It has ended by itself already.
  }
}

/** A transaction whose requests tell of its failure. `done`, which nobody may be waiting for, would tell the console. */
function hushed<T extends { readonly done: Promise<void> }>(transaction: T): T {
  transaction.done.catch(() => undefined)
  return transaction
}
