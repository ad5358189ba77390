/** Changes a byte of a stored blob behind the store's back. */
export async function spoil(sha256: string): Promise<void> {
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name!)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(new Error('cannot open'))
    })
    if (database.objectStoreNames.contains('blobs')) {
      const transaction = database.transaction('blobs', 'readwrite')
      const blobs = transaction.objectStore('blobs')
      await new Promise<void>((resolve) => {
        const has = blobs.getKey(sha256)
        has.onsuccess = () => {
          if (has.result !== undefined)
            blobs.put(new Blob(['spoiled']), blobs.keyPath === null ? sha256 : undefined)
        }
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => resolve()
      })
    }
    database.close()
  }
}
