import { beforeAll } from 'vitest'

import { openIndexedDbStore } from './indexed-db-store.ts'
import { storeContract } from './store.contract.ts'

let count = 0

beforeAll(() => {
  const put = IDBObjectStore.prototype.put
  // WebKit without a disk, which the end-to-end tests run, is the real one.
  IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
    if (value instanceof Blob) throw new DOMException('The object can not be cloned.', 'DataCloneError')
    return put.call(this, value, key)
  }
  return () => void (IDBObjectStore.prototype.put = put)
})

storeContract('IndexedDB that keeps no blobs', () =>
  openIndexedDbStore(indexedDB, `without-blobs-${count++}-${Date.now()}`),
)
