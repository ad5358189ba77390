import { pendingStoreContract } from '../pending-store.contract.ts'
import { indexedDbPending } from './indexed-db-pending.ts'
import { outboxDatabase } from './outbox-database.ts'

pendingStoreContract('IndexedDB', async (limit) =>
  indexedDbPending(await outboxDatabase(indexedDB, `pending-${crypto.randomUUID()}`), limit),
)
