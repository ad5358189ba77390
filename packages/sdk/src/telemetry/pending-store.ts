import type { AnswerFacts, GroupKey } from './recorder.ts'

/** A prediction of which something may become known later. It never leaves the device. */
export interface PendingPrediction extends GroupKey {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly answers: readonly AnswerFacts[]
  /** Milliseconds since the epoch after which no reaction is a negative one; absent where none is inferred. */
  readonly due?: number
  /** Samples of which something is known already, and what kind of it: `label`, `value` or `signal`. */
  readonly known?: readonly string[]
  /** What was shown of it: positions and their propensities. */
  readonly shown?: readonly (readonly [position: number, propensity: number])[]
}

/**
 * Predictions that wait for feedback, minutes or months, by model and id. Holds at most the `limit` it was made with: the
 * oldest go first. What was put is found after a restart, save in memory. One contract suite runs on every adapter
 * (`pending-store.contract.ts`): memory (`record/memory-pending.ts`), and IndexedDB in the outbox's database.
 */
export interface PendingStore {
  /** Adds predictions, or puts them in the place of those of the same model and id. */
  put(predictions: readonly PendingPrediction[]): Promise<void>
  get(model: string, id: string): Promise<PendingPrediction | undefined>
  /** Those that were due at `time`, the earliest first, at most `most`. */
  due(time: number, most: number): Promise<readonly PendingPrediction[]>
  clear(): Promise<void>
}
