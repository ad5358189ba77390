import { type DBSchema, type IDBPDatabase, wrap } from 'idb'

import { openTimeout } from './config.ts'
import { browserEstimate, storeError, unavailable } from './store-error.ts'

/** A key that never leaves the device: not even the page that uses it can read its bytes. */
export interface DeviceKey {
  /**
   * The key, made at the first call of any tab.
   * @throws HomingError STORE_UNAVAILABLE, STORE_FULL.
   */
  get(): Promise<CryptoKey>
  /** Deletes it: what it sealed can never be opened again. The next `get` makes another. */
  destroy(): Promise<void>
  close(): Promise<void>
}

interface KeyDatabase extends DBSchema {
  keys: { key: 'blobs'; value: CryptoKey }
}

/** The key in the IndexedDB database `name`. It is read anew each time, because another tab may have destroyed it. */
export function deviceKey(factory: IDBFactory, name: string): DeviceKey {
  let opening: Promise<IDBPDatabase<KeyDatabase>> | undefined
  const forget = (): void => void (opening = undefined)

  const open = (): Promise<IDBPDatabase<KeyDatabase>> => {
    opening ??= openIn(factory, name, forget)
    opening.catch(forget)
    return opening
  }
  async function guarded<T>(work: (database: IDBPDatabase<KeyDatabase>) => Promise<T>): Promise<T> {
    try {
      return await work(await open())
    } catch (cause) {
      throw await storeError(cause, browserEstimate)
    }
  }
  return {
    get: () =>
      guarded(async (database) => {
        const there = await database.get('keys', 'blobs')
        if (there) return there
        const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
          'encrypt',
          'decrypt',
        ])
        const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' })
        const first = await transaction.store.get('blobs') // of a tab that was faster
        if (!first) await transaction.store.put(made, 'blobs')
        await transaction.done
        return first ?? made
      }),
    destroy: () => guarded((database) => database.delete('keys', 'blobs')),
    async close() {
      const closing = opening
      opening = undefined
      await closing?.then(
        (database) => database.close(),
        () => undefined,
      )
    },
  }
}

function openIn(factory: IDBFactory, name: string, onClosed: () => void): Promise<IDBPDatabase<KeyDatabase>> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    const timer = setTimeout(() => {
      request.onsuccess = () => request.result.close()
      reject(unavailable(`no answer in ${openTimeout} ms`))
    }, openTimeout)
    request.onupgradeneeded = () => void request.result.createObjectStore('keys')
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
      resolve(wrap(database) as IDBPDatabase<KeyDatabase>)
    }
  })
}
