import type { PendingPrediction, PendingStore } from '../pending-store.ts'

/** Predictions that wait for feedback: those that are on their way to the store are found too. */
export interface PendingBook {
  add(prediction: PendingPrediction): void
  find(model: string, id: string): Promise<PendingPrediction | undefined>
  due(time: number, most: number): Promise<readonly PendingPrediction[]>
  clear(): Promise<void>
}

/** Writes to `store` what has come while the last write was under way, as one. What it cannot keep gets no feedback. */
export function pendingBook(store: PendingStore, most: number): PendingBook {
  let waiting = new Map<string, PendingPrediction>()
  let moving: ReadonlyMap<string, PendingPrediction> = new Map()
  let write: Promise<void> | undefined

  const writeAll = async (): Promise<void> => {
    await Promise.resolve() // calls of one task go together
    while (waiting.size > 0) {
      moving = waiting
      waiting = new Map()
      await store.put([...moving.values()]).catch(() => undefined) // the disk is full: it gets no feedback
    }
    moving = new Map()
    write = undefined
  }
  const flushed = async (): Promise<void> => {
    while (write) await write
  }
  return {
    add(prediction) {
      const key = keyOf(prediction.model, prediction.id)
      if (waiting.size >= most && !waiting.has(key)) return
      waiting.set(key, prediction)
      write ??= writeAll()
    },
    async find(model, id) {
      const key = keyOf(model, id)
      return waiting.get(key) ?? moving.get(key) ?? store.get(model, id).catch(() => undefined)
    },
    async due(time, count) {
      await flushed()
      return store.due(time, count).catch(() => [])
    },
    async clear() {
      waiting.clear()
      await flushed()
      await store.clear()
    },
  }
}

function keyOf(model: string, id: string): string {
  return `${model} ${id}`
}
