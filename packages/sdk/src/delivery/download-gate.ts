import { HomingError } from '@homing/protocol'

/** Says whether bytes may be downloaded now, such as not while a connection costs the user money. */
export interface DownloadGate {
  readonly isOpen: () => boolean
  /** Calls `listener` after each change. Returns the undo. */
  readonly subscribe: (listener: () => void) => () => void
}

/** One that is never closed. */
export const openGate: DownloadGate = { isOpen: () => true, subscribe: () => () => undefined }

/**
 * What `work` gives, once it has ended while the gate was open. Its signal aborts when the gate closes; it is begun again when
 * that opens, and so has to go on where it was.
 * @throws HomingError ABORTED as soon as `signal` aborts, also while it waits.
 */
export async function throughGate<T>(
  gate: DownloadGate,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (;;) {
    await untilOpen(gate, signal)
    const closed = new AbortController()
    const stop = gate.subscribe(() => {
      if (!gate.isOpen()) closed.abort()
    })
    try {
      return await work(AbortSignal.any([signal, closed.signal]))
    } catch (error) {
      if (signal.aborted || !closed.signal.aborted) throw error
    } finally {
      stop()
    }
  }
}

function untilOpen(gate: DownloadGate, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      stop()
      signal.removeEventListener('abort', look)
    }
    const look = (): void => {
      if (signal.aborted) {
        end()
        reject(new HomingError('ABORTED', 'The paused download was aborted', { cause: signal.reason }))
      } else if (gate.isOpen()) {
        end()
        resolve()
      }
    }
    const stop = gate.subscribe(look)
    signal.addEventListener('abort', look)
    look()
  })
}
