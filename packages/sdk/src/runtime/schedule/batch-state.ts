import { batchSize, maxBatchBytes, maxBatchTime } from '../config.ts'
import type { BatchLimits } from '../runtime-api.ts'

/** What earlier runs of a loaded version say of running several of its calls as one. */
export interface BatchState {
  /**
   * Whether samples were seen to come out of a shared run as they do alone. `open`: nobody has looked. `refused`: they do
   * not, so that the first dimension is none of samples, or the engine cannot run them together.
   */
  proof: 'open' | 'proven' | 'refused'
  /** How many samples may share the next run; 1 where none may. */
  most(limits: BatchLimits | false | undefined): number
  /** Told of every run that ended well. */
  ran(samples: number, milliseconds: number): void
  /** Told of a shared run that failed: the next ones are smaller. */
  failed(samples: number): void
}

/** By how much a sample is believed to take longer than the fastest before it, at most: one slow run may have other causes. */
const slowing = 1.1

export function batchState(batchable: boolean): BatchState {
  let ceiling = Infinity
  let pace: number | undefined // milliseconds per sample

  const state: BatchState = {
    proof: batchable ? 'open' : 'refused',
    most(limits = {}) {
      if (state.proof === 'refused' || limits === false) return 1
      const inTime = pace === undefined ? Infinity : Math.floor(maxBatchTime / pace)
      return Math.max(1, Math.min(limits.maxSize ?? batchSize, ceiling, inTime))
    },
    ran(samples, milliseconds) {
      const last = milliseconds / Math.max(samples, 1)
      pace = pace === undefined ? last : Math.min(last, pace * slowing)
    },
    failed(samples) {
      ceiling = Math.max(1, Math.floor(samples / 2))
    },
  }
  return state
}

/** Whether another call of `bytes` of inputs fits into a run that holds `taken`. */
export function fitsBatch(taken: number, bytes: number): boolean {
  return taken === 0 || taken + bytes <= maxBatchBytes
}
