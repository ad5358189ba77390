import { canonicalBytes, HomingError, sha256Hex } from '@homing/protocol'

import { databaseNameDigits } from './config.ts'
import { openIndexedDbStore } from './indexed-db-store.ts'
import type { MemoryStore } from './memory-store.ts'
import { withMemoryFallback } from './memory-fallback.ts'
import type { UnopenedDisk } from './disk-and-memory.ts'
import { browserEstimate, storeError, unavailable } from './store-error.ts'
import type { Store } from './store.ts'

/** Where models are kept. */
export type StorageKind = 'persistent' | 'encrypted' | 'memory'

/** How a store is opened. */
export interface OpenStoreOptions {
  /** The root that the app trusts, as JSON: clients of one origin that trust one repository share one database. */
  readonly root: string
  /** `encrypted`: graphs and parameters lie encrypted. `memory` keeps nothing on the device. */
  readonly storage: StorageKind
  /** Gives the browser's IndexedDB; it may be missing, and looking at it may throw (private mode, sandboxed frame). */
  readonly indexedDB?: () => IDBFactory | undefined
  /** Told when the store has gone to memory, or come back from there. */
  readonly onChange?: () => void
}

/**
 * Opens the device's store; in memory, with a `reason`, where IndexedDB is missing, refused or broken, or newer code has
 * upgraded it. Where an older tab blocks it, it is in memory until that tab lets go.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  if (options.storage === 'memory') return inMemory()
  try {
    const factory = (options.indexedDB ?? globalIndexedDb)()
    if (!factory) throw unavailable('this browser or mode has none')
    const name = await databaseName(options.root)
    const open = async (patience?: number): Promise<Store> => {
      const store = await openIndexedDbStore(factory, name, patience === undefined ? {} : { patience })
      return options.storage === 'encrypted' ? encrypted(store, factory, `${name}-key`) : store
    }
    const recovery = { reopen: () => open(Infinity), onChange: options.onChange }
    const first = await open().catch(async (error: unknown): Promise<UnopenedDisk> => {
      if (!(error instanceof HomingError) || error.details.pending !== true) throw error
      return { error, memory: await inMemory(error) }
    })
    return withMemoryFallback(first, recovery)
  } catch (error) {
    return inMemory(await storeError(error, browserEstimate))
  }
}

/** Most devices need none, and so what it takes is loaded apart. */
async function inMemory(cause?: HomingError): Promise<MemoryStore> {
  return (await import('./memory-store.ts')).createMemoryStore(cause)
}

/** `store` behind a cipher, which few apps need and so is loaded apart. */
async function encrypted(store: Store, factory: IDBFactory, keyName: string): Promise<Store> {
  const [{ encryptedStore }, { deviceKey }] = await Promise.all([
    import('./encrypted-store.ts'),
    import('./device-key.ts'),
  ])
  return encryptedStore(store, deviceKey(factory, keyName))
}

/**
 * Name of the database of the repository that `root` vouches for: the same for every root that carries the repository's
 * name, else for this root alone, however its JSON is laid out.
 */
export async function databaseName(root: string): Promise<string> {
  const document = JSON.parse(root) as { signed?: { 'x-homing-repository'?: unknown } }
  const hash = await sha256Hex(canonicalBytes(document.signed?.['x-homing-repository'] ?? document))
  return `homing-${hash.slice(0, databaseNameDigits)}`
}

function globalIndexedDb(): IDBFactory | undefined {
  return (globalThis as { indexedDB?: IDBFactory }).indexedDB
}
