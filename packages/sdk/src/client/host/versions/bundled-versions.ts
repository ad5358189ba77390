import { compareVersions, HomingError, parseRollout, paths, type Precision } from '@homing/protocol'

import type { Turns } from '../../../runtime/turns.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { VersionServer } from '../serving/version-server.ts'
import type { StatusBoard } from '../status/status-board.ts'
import type { Bundle } from './open-bundle.ts'
import { createVersionInstaller } from './version-installer.ts'

/** Versions of one model that came with the app. */
export interface BundledVersions {
  /**
   * Serves the bundled version, or does `otherwise` where it cannot serve. Whether it does.
   * @throws what `otherwise` does; but why the bundle failed, where that only tells that there is no network.
   */
  serveOr(pinned: string | undefined, signal: AbortSignal, otherwise: () => Promise<void>): Promise<boolean>
  /**
   * Serves the bundled version in the place of an older one, when a new release of the app brought it. A device that
   * has heard of a later rollout since knows better.
   */
  replaceOlder(signal: AbortSignal): Promise<void>
}

export function createBundledVersions(
  bundle: Bundle,
  deps: CoordinatorDeps & { readonly inTurn: Turns },
  server: VersionServer,
  board: StatusBoard,
  precisions: readonly Precision[] | undefined,
): BundledVersions {
  const { model, store, inTurn } = deps
  const installer = createVersionInstaller({ ...deps, ...bundle }, server, board, precisions)

  /** Whether the bundle is later than all that this device knows. */
  const isNews = async ({ documents }: Bundle, signal: AbortSignal): Promise<boolean> => {
    const { champion, revision } = await documents.rollout(model, signal)
    const active = (await store.readModel(model))?.active
    if (active && compareVersions(champion, active.version) <= 0) return false
    const known = await store.readMetadata(paths.rollout(model))
    return !known || revision > parseRollout(known, model).revision
  }
  return {
    async serveOr(pinned, signal, otherwise) {
      try {
        board.dispatch({ type: 'check' })
        await inTurn(() => installer.fromRepository({ pinned, signal, replace: true }))
        return true
      } catch (error) {
        if (signal.aborted) throw error
        board.failed(error)
        await otherwise().catch((other: unknown) => {
          throw HomingError.from(other).code === 'NETWORK_FAILED' ? error : other
        })
        return false
      }
    },
    async replaceOlder(signal) {
      if (!(await isNews(bundle, signal))) return
      await inTurn(() => installer.fromRepository({ pinned: undefined, signal, replace: true }))
    },
  }
}
