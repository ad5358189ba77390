import { indexedDbOutbox } from './indexed-db-outbox.ts'
import { outboxDatabase } from './outbox-database.ts'
import { outboxContract } from './outbox.contract.ts'

outboxContract('IndexedDB', async () =>
  indexedDbOutbox(await outboxDatabase(indexedDB, `outbox-${crypto.randomUUID()}`)),
)
