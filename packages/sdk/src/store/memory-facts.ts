import type { FactName, KeptFact } from './fact.ts'

/** Facts in memory. */
export interface MemoryFacts {
  read(name: FactName): unknown
  write(name: FactName, value: unknown, keep: number): void
  /** Deletes the facts of one model, or of all. */
  forget(model: string | undefined): void
  /** All of them, those noted first at the front. */
  all(): KeptFact[]
}

export function createMemoryFacts(): MemoryFacts {
  /** In the order of their writing, by model, kind and key. */
  const facts = new Map<string, KeptFact>()
  let order = 0
  const idOf = ({ model, kind, key }: FactName): string => JSON.stringify([model, kind, key])
  return {
    read: (name) => structuredClone(facts.get(idOf(name))?.value),
    write({ model, kind, key }, value, keep) {
      const fact = { model, kind, key, order: ++order, value: structuredClone(value) }
      facts.delete(idOf(fact))
      facts.set(idOf(fact), fact)
      const alike = [...facts.values()].filter((other) => other.model === model && other.kind === kind)
      for (const oldest of alike.slice(0, Math.max(0, alike.length - keep))) facts.delete(idOf(oldest))
    },
    forget(model) {
      for (const [id, fact] of facts) if (model === undefined || fact.model === model) facts.delete(id)
    },
    all: () => [...facts.values()],
  }
}
