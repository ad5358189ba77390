import type { PendingPrediction, PendingStore } from '../pending-store.ts'
import { maxPendingInMemory } from './config.ts'

/** Predictions that wait for feedback as long as their worker lives: where there is no IndexedDB. */
export function memoryPending(limit = maxPendingInMemory): PendingStore {
  /** In the order in which they were put first. */
  const kept = new Map<string, PendingPrediction>()
  return {
    put(predictions) {
      for (const prediction of predictions) kept.set(`${prediction.model} ${prediction.id}`, prediction)
      for (const key of kept.keys()) {
        if (kept.size <= limit) break
        kept.delete(key)
      }
      return Promise.resolve()
    },
    get: (model, id) => Promise.resolve(kept.get(`${model} ${id}`)),
    due(time, most) {
      const late = [...kept.values()].filter(({ due = Infinity }) => due <= time)
      return Promise.resolve(late.sort((a, b) => a.due! - b.due!).slice(0, most))
    },
    clear() {
      kept.clear()
      return Promise.resolve()
    },
  }
}
