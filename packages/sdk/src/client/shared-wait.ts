import { HomingError } from '@homing/protocol'

/** One operation that several callers wait for, each with its own signal. */
export interface SharedWait {
  /** True once every caller left before the end: the operation was aborted. */
  readonly abandoned: boolean
  wait(signal?: AbortSignal): Promise<void>
}

/** The operation begins with the first caller and is aborted when no caller is left that waits for it. */
export function sharedWait(begin: (signal: AbortSignal) => Promise<void>): SharedWait {
  const controller = new AbortController()
  let running: Promise<void> | undefined
  let settled = false
  let waiting = 0

  const start = async (): Promise<void> => {
    try {
      await begin(controller.signal)
    } finally {
      settled = true
    }
  }
  return {
    get abandoned() {
      return controller.signal.aborted
    },
    async wait(signal) {
      const aborted = (): HomingError =>
        new HomingError('ABORTED', 'The caller aborted.', { cause: signal?.reason })
      if (signal?.aborted) throw aborted()
      running ??= start()
      waiting++
      let leave!: () => void
      const left = new Promise<never>((_, reject) => (leave = () => reject(aborted())))
      signal?.addEventListener('abort', leave, { once: true })
      try {
        await Promise.race([running, left])
      } finally {
        signal?.removeEventListener('abort', leave)
        waiting -= 1
        if (waiting === 0 && !settled) controller.abort()
      }
    },
  }
}
