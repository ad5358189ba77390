import { canonicalBytes, sha256Hex } from '@homing/protocol'

import { databaseNameDigits } from './config.ts'
import { openIndexedDbStore } from './indexed-db-store.ts'
import { withMemoryFallback } from './memory-fallback.ts'
import { createMemoryStore } from './memory-store.ts'
import { browserEstimate, storeError } from './store-error.ts'
import type { Store } from './store.ts'

/** How a store is opened. */
export interface OpenStoreOptions {
  /** The root that the app trusts, as JSON: clients of one origin that trust one root share one database. */
  readonly root: string
  /** `memory` keeps nothing on the device. */
  readonly storage: 'persistent' | 'memory'
  /** Gives the browser's IndexedDB; it may be missing, and looking at it may throw (private mode, sandboxed frame). */
  readonly indexedDB?: () => IDBFactory | undefined
}

/** Opens the device's store; in memory, with a `reason`, where IndexedDB is missing, refused, blocked or broken. */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  if (options.storage === 'memory') return createMemoryStore()
  try {
    const factory = (options.indexedDB ?? globalIndexedDb)()
    if (!factory) return createMemoryStore('IndexedDB is not available: this browser or mode has none')
    const store = await openIndexedDbStore(factory, await databaseName(options.root))
    return withMemoryFallback(store)
  } catch (error) {
    return createMemoryStore((await storeError(error, browserEstimate)).message)
  }
}

/** Name of the database of what `root` vouches for, however its JSON is laid out. Another root begins from nothing. */
export async function databaseName(root: string): Promise<string> {
  const hash = await sha256Hex(canonicalBytes(JSON.parse(root)))
  return `homing-${hash.slice(0, databaseNameDigits)}`
}

function globalIndexedDb(): IDBFactory | undefined {
  return (globalThis as { indexedDB?: IDBFactory }).indexedDB
}
