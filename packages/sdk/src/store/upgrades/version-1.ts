/** The tables as first released. */
export function upgradeToVersion1(database: IDBDatabase): void {
  for (const table of ['blobs', 'manifests', 'models']) database.createObjectStore(table)
  const events = database.createObjectStore('events', { autoIncrement: true })
  events.createIndex('event-time', ['event', 'time'])
  events.createIndex('time', 'time')
}
