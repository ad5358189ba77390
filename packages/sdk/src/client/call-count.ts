import { HomingError } from '@homing/protocol'

/** The calls of a model that wait for their answers, of which there may be only so many: each keeps its inputs. */
export interface CallCount {
  readonly waiting: number
  readonly limit: number
  /** Counts a call until it ends. @throws HomingError QUEUE_FULL; the call is not made. */
  during<T>(call: () => Promise<T>): Promise<T>
  /** The same where there is room already: counts one that begins, and one that ended. */
  add(change: 1 | -1): void
}

export function callCount(model: string, limit: number): CallCount {
  let waiting = 0
  return {
    limit,
    get waiting() {
      return waiting
    },
    add(change) {
      waiting += change
    },
    async during(call) {
      if (waiting >= limit) {
        const message = `${waiting} calls of ${model} wait for their answers; no more than ${limit} may.`
        throw new HomingError('QUEUE_FULL', message, { details: { limit } })
      }
      waiting++
      try {
        return await call()
      } finally {
        waiting--
      }
    },
  }
}
