import { pendingStoreContract } from '../pending-store.contract.ts'
import { memoryPending } from './memory-pending.ts'

pendingStoreContract('memory', (limit) => Promise.resolve(memoryPending(limit)))
