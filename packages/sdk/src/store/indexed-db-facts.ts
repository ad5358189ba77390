import type { FactName } from './fact.ts'
import type { ReadTransaction, WriteTransaction } from './transactions.ts'

/** `Store.readFact` within one transaction over facts. */
export async function readIndexedDbFact(
  transaction: ReadTransaction,
  { model, kind, key }: FactName,
): Promise<unknown> {
  return (await transaction.objectStore('facts').get([model, kind, key]))?.value
}

/** `Store.writeFact` within one transaction over facts. */
export async function writeIndexedDbFact(
  transaction: WriteTransaction,
  { model, kind, key }: FactName,
  value: unknown,
  keep: number,
): Promise<void> {
  const facts = transaction.objectStore('facts')
  const byOrder = facts.index('order')
  const alike = IDBKeyRange.bound([model, kind, 0], [model, kind, Infinity])
  const last = await byOrder.openCursor(alike, 'prev')
  await facts.put({ model, kind, key, order: (last?.value.order ?? 0) + 1, value })
  const excess = (await byOrder.count(alike)) - keep
  if (excess <= 0) return
  for (const oldest of await byOrder.getAllKeys(alike, excess)) await facts.delete(oldest)
}

/** Deletes the facts of one model, or of all. */
export async function forgetIndexedDbFacts(
  transaction: WriteTransaction,
  model: string | undefined,
): Promise<void> {
  const facts = transaction.objectStore('facts')
  await (model === undefined ? facts.clear() : facts.delete(IDBKeyRange.bound([model], [model, []])))
}
