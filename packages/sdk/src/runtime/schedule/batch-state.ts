import { batchSizes, maxBatchBytes, maxBatchTime } from '../config.ts'
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

/** How many runs of a size are made before it is compared. The first says nothing: memory is laid out for it. */
const trials = 5

/** How much less a sample must take in the smaller run for it to be preferred: there are more of them, and each costs by itself. */
const muchLess = 0.85

export function batchState(batchable: boolean): BatchState {
  let ceiling = Infinity
  let pace: number | undefined // milliseconds per sample
  const full = batchSizes.map((size) => ({ size, runs: 0, pace: Infinity })) // largest first

  /** The size of which a sample takes least, once each has been tried: what was found first is not cold any more then. */
  const bestSize = (): number => {
    const leastTried = full.reduce((least, other) => (other.runs < least.runs ? other : least))
    if (leastTried.runs < trials) return leastTried.size
    return full.reduce((best, other) => (other.pace < best.pace * muchLess ? other : best)).size
  }
  const state: BatchState = {
    proof: batchable ? 'open' : 'refused',
    most(limits = {}) {
      if (state.proof === 'refused' || limits === false) return 1
      const inTime = pace === undefined ? Infinity : Math.floor(maxBatchTime / pace)
      return Math.max(1, Math.min(limits.maxSize ?? bestSize(), ceiling, inTime))
    },
    ran(samples, milliseconds) {
      const last = milliseconds / Math.max(samples, 1)
      pace = pace === undefined ? last : Math.min(last, pace * slowing)
      const known = full.find(({ size }) => size === samples)
      if (!known) return
      known.pace = known.runs++ === 0 ? Infinity : Math.min(last, known.pace * slowing)
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
