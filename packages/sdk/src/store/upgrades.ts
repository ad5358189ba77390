import { upgradeToVersion1 } from './upgrades/version-1.ts'
import { upgradeToVersion2 } from './upgrades/version-2.ts'
import { upgradeToVersion3 } from './upgrades/version-3.ts'

/** One step per schema version: `upgrades[n]` brings version n to n + 1. Steps that were released never change. */
export const upgrades: readonly ((database: IDBDatabase, transaction: IDBTransaction) => void)[] = [
  upgradeToVersion1,
  upgradeToVersion2,
  upgradeToVersion3,
]

/** Version of the schema that this code reads and writes. */
export const databaseVersion = upgrades.length
