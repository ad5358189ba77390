import { createMemoryOutbox } from './memory-outbox.ts'
import { outboxContract } from './outbox.contract.ts'

outboxContract('memory', () => Promise.resolve(createMemoryOutbox()))
