/** Signed metadata, downloads that are cut in the middle of a file, and when each version was last used. */
export function upgradeToVersion2(database: IDBDatabase): void {
  for (const table of ['metadata', 'partials', 'uses']) database.createObjectStore(table)
}
