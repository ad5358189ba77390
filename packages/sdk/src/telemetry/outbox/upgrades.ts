/** The tables as first released. */
function upgradeToVersion1(database: IDBDatabase): void {
  for (const table of ['batches', 'bodies', 'marks', 'notes']) database.createObjectStore(table)
  database.createObjectStore('sessions', { keyPath: 'session' })
  const pending = database.createObjectStore('pending', { keyPath: ['model', 'id'] })
  for (const index of ['due', 'time']) pending.createIndex(index, index)
}

/** One step per schema version: `upgrades[n]` brings version n to n + 1. Steps that were released never change. */
export const upgrades: readonly ((database: IDBDatabase) => void)[] = [upgradeToVersion1]

/** Version of the schema that this code reads and writes. */
export const outboxVersion = upgrades.length
