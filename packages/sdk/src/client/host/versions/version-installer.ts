import { compareVersions, HomingError, type Precision, type Rollout } from '@homing/protocol'

import { faultPoint } from '../../../faults/fault-point.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { VersionServer } from '../serving/version-server.ts'
import type { StatusBoard } from '../status/status-board.ts'
import { asActive, asDeclined, servable } from '../storage/model-records.ts'
import { setId } from '../storage/set-id.ts'
import { activationLock } from '../tabs/tabs.ts'
import { createVersionBringer } from './bring-version.ts'
import { chooseSet } from './choose-set.ts'
import { findInstallable } from './find-installable.ts'

/** What is looked for. */
export interface Search {
  /** This version and no other. */
  readonly pinned: string | undefined
  /** Whether a version may take over from the one that serves; otherwise it is told as available. */
  readonly replace: boolean
  /** Whether another parameter set of the version that serves is taken, too, where that suits better. */
  readonly anew?: boolean
  readonly signal: AbortSignal
}

/** Brings versions of one model to serve, from the device or from the repository. */
export interface VersionInstaller {
  /** Serves the best version that is on the device; false when none can. */
  fromDevice(pinned: string | undefined): Promise<boolean>
  /** Serves a version that another tab has brought to the device. @throws HomingError as `VersionServer.serve`. */
  follow(installed: InstalledVersion): Promise<void>
  /**
   * Serves the newest version that this device can take. One that cannot run here makes way for an older one.
   * @throws HomingError of the repository, the store and the engine; what served before serves on.
   */
  fromRepository(search: Search): Promise<void>
}

export function createVersionInstaller(
  deps: CoordinatorDeps,
  server: VersionServer,
  board: StatusBoard,
  precisions: readonly Precision[] | undefined,
): VersionInstaller {
  const { model, store, documents } = deps
  const bringer = createVersionBringer(deps, server, board)

  /** `before` is what was active when the version was chosen: where another tab has moved on since, it is not the one to take. */
  const serve = async (
    installed: InstalledVersion,
    before: InstalledVersion | undefined,
    withdrawn = false,
  ): Promise<void> => {
    board.dispatch({ type: 'staged', version: installed.version })
    board.dispatch({ type: 'probe', version: installed.version })
    const expected = [before?.manifestSha256, installed.manifestSha256]
    if (before && setId(before) === setId(installed)) return server.serve(installed)
    await server.serve(installed, () =>
      // Never given up: it takes one transaction, and what is loaded by now shall serve, also when the model closes.
      deps.alone(activationLock(model), new AbortController().signal, async () => {
        await store.updateModel(model, (record) => {
          if (expected.includes(record.active?.manifestSha256)) return asActive(record, installed, withdrawn)
          throw new HomingError(
            'UPDATE_REFUSED',
            `Another tab activated ${model} ${record.active?.version} meanwhile.`,
          )
        })
      }),
    )
  }
  const fetchRollout = async (signal: AbortSignal): Promise<Rollout> => {
    const rollout = await documents.rollout(model, signal)
    faultPoint('rollout-fetched')
    return rollout
  }
  return {
    async fromDevice(pinned) {
      const record = await store.readModel(model)
      for (const installed of servable(record, pinned)) {
        if (installed.manifestSha256 === server.serving?.installed.manifestSha256) return true
        try {
          await serve(installed, record?.active)
          return true
        } catch (error) {
          board.failed(error) // the next version, or the repository, heals it
        }
      }
      return false
    },

    async follow(installed) {
      board.dispatch({ type: 'current' }) // the download that was shown was the other tab's
      if (installed.manifestSha256 === server.serving?.installed.manifestSha256) return
      try {
        await serve(installed, (await store.readModel(model))?.active)
        board.available(undefined)
      } catch (error) {
        board.failed(error)
        throw error
      }
    },

    async fromRepository(search) {
      const { signal } = search
      let rollout = await fetchRollout(signal)
      let failure: HomingError | undefined
      for (;;) {
        const found = await findInstallable(rollout, deps, server, search).catch((error: unknown) => {
          throw failure ?? error // that the last one failed says more than that none is left
        })
        const { version, manifest } = found.listed
        const here = server.serving?.installed
        const best = search.anew ? await chooseSet(found, deps, server, precisions) : undefined
        const current =
          manifest.sha256 === here?.manifestSha256 && (!best || setId(best.installed) === setId(here))
        if (current || (server.serving && !search.replace)) {
          const untrusted = failure?.code === 'VERSION_UNTRUSTED' ? failure : found.untrusted
          if (untrusted) throw untrusted // what serves stays, and the status says why
          if (current) await bringer.complete(found, signal)
          board.available(current ? undefined : version)
          if (!failure && current && found.refused) board.failed(found.refused)
          else board.dispatch({ type: 'current' })
          return
        }
        const set = best ?? (await chooseSet(found, deps, server, precisions))
        const { installed } = set
        const { active } = (await store.readModel(model)) ?? {}
        const withdrawn =
          search.pinned === undefined &&
          active !== undefined &&
          compareVersions(rollout.champion, active.version) < 0
        try {
          await bringer.download(found, set, signal)
          await serve(installed, active, withdrawn)
        } catch (error) {
          failure = HomingError.from(error)
          if (failure.code === 'UPDATE_REFUSED') {
            failure = undefined
            rollout = await fetchRollout(signal)
            continue // what another tab activated is where to begin
          }
          const { manifestSha256 } = installed
          if (
            failure.code === 'WORKER_LOST' &&
            active &&
            !search.pinned &&
            deps.crashes.add(manifestSha256)
          ) {
            await store.updateModel(model, (record) => asDeclined(record, installed))
            continue
          }
          const { rejectSet } = await import('./reject-set.ts')
          if (!(await rejectSet(set, failure, deps, server))) throw failure
          board.failed(failure) // an older one may serve, and what serves stays
          continue
        }
        board.available(undefined)
        if (withdrawn) board.rolledBack({ version: active.version, by: 'server' })
        deps.tell({ type: 'activated', model, version })
        await deps.cleaner.collect().catch(() => undefined) // what is left over is collected after the next update
        return
      }
    },
  }
}
