import type { IDBPTransaction, StoreNames } from 'idb'

import type { HomingDatabase } from './open-database.ts'

/** A transaction that may write. */
export type WriteTransaction = IDBPTransaction<HomingDatabase, StoreNames<HomingDatabase>[], 'readwrite'>

/** A transaction that only reads. */
export type ReadTransaction = IDBPTransaction<HomingDatabase, StoreNames<HomingDatabase>[]>
