import { takesUpdates } from '../../update-policy.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import { progressEvent } from '../status/progress-event.ts'
import type { StatusBoard } from '../status/status-board.ts'
import type { VersionInstaller } from '../versions/version-installer.ts'
import type { Wishes } from '../versions/wishes.ts'
import type { ModelNews } from './tab-news.ts'
import { downloadLock } from './tabs.ts'

/** What following works with. */
export interface FollowerDeps extends Pick<
  CoordinatorDeps,
  'model' | 'store' | 'alone' | 'lives' | 'emit' | 'gate'
> {
  readonly board: StatusBoard
  readonly installer: Pick<VersionInstaller, 'follow' | 'fromDevice'>
  readonly signal: AbortSignal
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  readonly wishes: Wishes
  /** Whether this tab looks for a version itself, and so waits its turn to download already. */
  readonly looking: () => boolean
  /** Looks for a new version, and installs it. */
  readonly look: () => Promise<void>
}

type DownloadNews = Extract<ModelNews, { type: 'downloading' }>

/**
 * Follows, for one model, what the other tabs of this device do: shows the download of the elected one, serves what came
 * of it without a request, and goes on with it where that tab ended before it was done. A tab whose store is in memory
 * shares nothing, so it only learns that there is something to look for.
 */
export function createFollower(deps: FollowerDeps): (news: ModelNews) => void {
  const { model, store, board, installer, signal, wishes } = deps
  let waiting = false

  const takes = (version: string): boolean =>
    takesUpdates(wishes.policy) && [undefined, version].includes(wishes.pinned)

  const serve = async (version: string): Promise<void> => {
    const { staged, active } = (await store.readModel(model)) ?? {}
    const next = staged?.version === version ? staged : active
    if (!next) return
    if (takes(next.version)) await installer.follow(next)
    else if (wishes.policy === 'manual' && wishes.pinned === undefined) board.available(next.version)
  }
  const isDone = async (version: string): Promise<boolean> =>
    (await store.readModel(model))?.downloading?.version !== version

  const show = ({ progress }: DownloadNews): void => {
    board.dispatch(progressEvent(progress))
    void deps.emit({ type: 'progress', progress })
  }
  const follow = async ({ tab, progress }: DownloadNews): Promise<void> => {
    waiting = true
    try {
      await deps.alone(downloadLock(model), signal, () => Promise.resolve()) // ends when that tab is done, or gone
      if (await isDone(progress.version)) await deps.inTurn(() => serve(progress.version))
      else if (!(await deps.lives(tab))) await deps.look()
    } finally {
      waiting = false
      if (!deps.looking()) board.dispatch({ type: 'current' })
    }
  }
  /** The device was pinned in another tab, which has brought the version to it. A tab that was opened at one of its own stays. */
  const followPin = async (version: string | undefined): Promise<void> => {
    if (wishes.isOwn) return
    wishes.setPinned(version)
    await deps.inTurn(() => installer.fromDevice(version))
  }
  return (news) => {
    const shared = store.kind !== 'memory'
    switch (news.type) {
      case 'downloading':
        if (!shared || !takes(news.progress.version)) return
        show(news)
        if (!waiting && !deps.looking()) follow(news).catch(told)
        return
      case 'urged':
        deps.gate.urge(() => deps.inTurn(() => Promise.resolve())).catch(told) // what is under way, to its end
        return
      case 'pinned':
        if (shared) followPin(news.version ?? undefined).catch(told)
        return
      case 'activated':
        ;(shared ? deps.inTurn(() => serve(news.version)) : deps.look()).catch(told)
        return
    }
  }
}

/** What fails while following stands in the status, and the next look heals it. */
const told = (): void => undefined
