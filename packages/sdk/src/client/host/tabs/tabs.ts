import { HomingError } from '@homing/protocol'

import { readTabNews, type TabNews } from './tab-news.ts'

/** Name of the lock whose holder moves the pointer to the active version of a model. */
export const activationLock = (model: string): string => `${model}/activation`

/** Name of the lock whose holder downloads a model for all tabs. */
export const downloadLock = (model: string): string => `${model}/download`

/** The other tabs of this origin that use the same database. */
export interface Tabs {
  /** Names this one. */
  readonly id: string
  /** Runs `work` while no other tab runs work of this name; alone in this tab where Web Locks are missing. */
  readonly alone: <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>
  /** Whether the worker of the tab `id` still runs. Where that cannot be known, it does. */
  readonly lives: (id: string) => Promise<boolean>
  readonly tell: (news: TabNews) => void
  close(): void
}

/** Joins the tabs of `database`. A worker holds the lock of its own tab for life, so that its end gives it away. */
export function tabs(database: string, onNews: (news: TabNews) => void): Tabs {
  const id = crypto.randomUUID()
  const lifeOf = (tab: string): string => `${database}/tab/${tab}`
  const life = new AbortController()
  const { locks } = navigator as { locks?: LockManager }
  const channel = new BroadcastChannel(database)
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    const news = readTabNews(data)
    if (news) onNews(news)
  }

  const untilClosed = (): Promise<void> =>
    new Promise((resolve) => life.signal.addEventListener('abort', () => resolve()))
  locks?.request(lifeOf(id), untilClosed).catch(() => undefined) // refused: see below

  return {
    id,
    async alone<T>(name: string, signal: AbortSignal, work: () => Promise<T>) {
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
    async lives(tab) {
      const free = (lock: Lock | null): Promise<boolean> => Promise.resolve(lock !== null)
      const ended = await locks?.request(lifeOf(tab), { ifAvailable: true }, free).catch(() => false)
      return ended !== true
    },
    tell: (news) => channel.postMessage(news),
    close() {
      life.abort()
      channel.close()
    },
  }
}
