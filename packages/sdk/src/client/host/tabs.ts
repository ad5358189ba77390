import { HomingError } from '@homing/protocol'

/** The other tabs of this origin that use the same database. */
export interface Tabs {
  /** Runs `work` while no other tab runs work of this name; alone in this tab where Web Locks are missing. */
  readonly alone: <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>
  /** Tells the others that a version of `model` was activated. */
  readonly announce: (model: string) => void
  close(): void
}

export function tabs(database: string, onActivated: (model: string) => void): Tabs {
  const channel = new BroadcastChannel(database)
  channel.onmessage = ({ data }: MessageEvent<string>) => onActivated(data)
  return {
    async alone<T>(name: string, signal: AbortSignal, work: () => Promise<T>) {
      const locks = (navigator as { locks?: LockManager }).locks
      if (!locks) return work()
      try {
        return await locks.request(`${database}/${name}`, { signal }, work)
      } catch (error) {
        // Chromium refuses locks where the user blocks site data: nothing is shared with other tabs then.
        if (error instanceof DOMException && error.name === 'SecurityError') return work()
        if (error instanceof HomingError || !signal.aborted) throw error
        throw new HomingError('ABORTED', 'Waiting for another tab was aborted.', { cause: error })
      }
    },
    announce: (model) => channel.postMessage(model),
    close: () => channel.close(),
  }
}
