/** Small things that the device has found out, by model, kind and key; `order` tells which were noted last. */
export function upgradeToVersion3(database: IDBDatabase): void {
  const facts = database.createObjectStore('facts', { keyPath: ['model', 'kind', 'key'] })
  facts.createIndex('order', ['model', 'kind', 'order'])
}
