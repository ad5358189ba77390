import { openIndexedDbStore } from './indexed-db-store.ts'
import { withMemoryFallback } from './memory-fallback.ts'
import { storeContract } from './store.contract.ts'

let count = 0
const open = () => openIndexedDbStore(indexedDB, `contract-${count++}-${Date.now()}`)

storeContract('IndexedDB', open)
storeContract('IndexedDB with memory behind it', async () => withMemoryFallback(await open()))
