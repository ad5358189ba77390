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

/** How much of what is believed of the time of full runs comes from the last one. */
const recency = 0.3

/** How many runs of a size are made before it is compared. The first says nothing: memory is laid out for it. */
const trials = 3

/** Up to how much longer a sample may take in the larger run: there are fewer of them. */
const asGood = 1.1

export function batchState(batchable: boolean): BatchState {
  let ceiling = Infinity
  let pace: number | undefined // milliseconds per sample
  const full = batchSizes.map((size) => ({ size, runs: 0, pace: Infinity }))

  /** The size of which a sample takes least, once each has been tried: what was found first is not cold any more then. */
  const bestSize = (): number => {
    const untried = full.find(({ runs }) => runs < trials)
    const [usual, larger] = full as [(typeof full)[0], (typeof full)[0]]
    return (untried ?? (larger.pace < usual.pace * asGood ? larger : usual)).size
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
      known.pace = known.runs++ < 2 ? last : known.pace + recency * (last - known.pace)
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
