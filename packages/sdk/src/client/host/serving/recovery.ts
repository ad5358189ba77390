import { type Engine, HomingError, type HomingErrorData } from '@homing/protocol'

import type { BackendFault } from '../../../runtime/runtime-api.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { Rollback } from '../../status-api.ts'
import { lossOf, type UnsteadyBackends } from '../backends/unsteady-backends.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { StatusBoard } from '../status/status-board.ts'
import { setId } from '../storage/set-id.ts'
import { createRollbacks } from '../versions/rollbacks.ts'
import type { VersionServer } from './version-server.ts'

/** What recovering works with. */
export interface RecoveryDeps extends Pick<
  CoordinatorDeps,
  'model' | 'tell' | 'endEngine' | 'store' | 'alone' | 'rejections' | 'crashes'
> {
  readonly server: VersionServer
  readonly unsteady: UnsteadyBackends
  readonly board: StatusBoard
  /** Serves a version whose files are gone from the device, from the repository; a later one where that has it no more. */
  readonly fetchAgain: (version: string) => Promise<void>
}

/** Keeps one model serving when its version, its backend, its engine's worker or its files fail. */
export interface Recovery {
  /** A backend broke under the serving version, or a new version fails on valid values. */
  fault(fault: BackendFault): Promise<void>
  /**
   * The engine's worker died, under a call of this model where it is suspected. Resolves once what served does again, or
   * cannot.
   */
  engineLost(engine: Engine, suspected: boolean): Promise<void>
  /** A loaded version has answered its first predictions. */
  proven(engine: Engine, instance: number): Promise<void>
  /** The app goes back to the version before. @throws HomingError ROLLBACK_UNAVAILABLE, and those of `VersionServer.serve`. */
  rollback(): Promise<void>
  /** Resolves when a version serves and none is being loaded in its place. */
  ready(): Promise<void>
}

/** `life` ends with the model. */
export function createRecovery(deps: RecoveryDeps, life: AbortSignal): Recovery {
  const { model, tell, server, unsteady, endEngine, board, fetchAgain } = deps
  const rollbacks = createRollbacks(deps, life)
  const rolledBack = (to: InstalledVersion, rollback: Rollback): void => {
    board.rolledBack(rollback)
    tell({ type: 'activated', model, version: to.version })
  }
  /** Serves again what an engine's death took away, or the version before where it keeps dying under a new one. */
  const revive = async (engine: Engine, suspected: boolean): Promise<void> => {
    const dead = server.serving ?? server.lost
    if (dead?.manifest.engine !== engine) return
    const { installed, facts } = dead
    board.restarted()
    if (suspected) unsteady.add(setId(installed), lossOf(facts.backend, workerLost(engine)))
    const other = await rollbacks.afterCrash(installed).catch(() => undefined) // a broken store has none
    if (!other) return server.restore(engine)
    await server.serve(other.installed, other.commit)
    const message = `The ${engine} worker died again and again under this version.`
    const error = new HomingError('WORKER_LOST', message).toJSON()
    rolledBack(other.installed, { version: installed.version, by: 'fault', error })
  }
  /** No backend is left that computes what served rightly, though it was proven once. */
  const goBack = async (lost: InstalledVersion, cause: HomingError): Promise<boolean> => {
    const other = await rollbacks.beforeLost(lost)
    if (!other) return false
    await server.serve(other.installed, other.commit)
    rolledBack(other.installed, { version: lost.version, by: 'fault', error: cause.toJSON() })
    return true
  }
  /** What served could not be loaded again. Where the browser evicted its files, they are fetched. */
  const heal = async (thrown: unknown): Promise<void> => {
    const error = HomingError.from(thrown)
    const lost = server.lost?.installed
    if (error.code === 'BACKEND_UNAVAILABLE' && lost && (await goBack(lost, error).catch(() => false))) return
    board.broken(error)
    if (error.code !== 'INTEGRITY_FAILED' || !lost) return
    await fetchAgain(lost.version).catch(() => undefined) // told in the status
  }
  let healing: Promise<void> = Promise.resolve()

  return {
    async fault(fault) {
      const faulty = server.serving
      if (faulty?.facts.instance !== fault.instance) return // another version serves by now
      const { installed, manifest } = faulty
      const { engine } = manifest
      const failure = lossOf(fault.backend, fault.error)
      if (isSessionLost(fault) && !unsteady.add(setId(installed), failure)) {
        return endEngine(engine, workerLost(engine, fault.error))
      }
      const blame = () => rollbacks.blame(installed, engine, [failure]).catch(() => undefined)
      if (!fault.doubt && (await rollbacks.isOnTrial(installed).catch(() => false))) await blame()
      const other = await server
        .repair(fault, () => rollbacks.afterFault(installed))
        .catch(async (error: unknown) => {
          // The call has been given up; those after it find a session that can run.
          if (isSessionLost(fault)) await endEngine(engine, workerLost(engine, fault.error))
          throw error
        })
      if (!other) return
      if (fault.doubt) await blame()
      rolledBack(other.installed, { version: installed.version, by: 'fault', error: fault.error })
    },
    async engineLost(engine, suspected) {
      healing = revive(engine, suspected).catch(heal)
      await healing
    },
    async proven(engine, instance) {
      const { serving } = server
      if (serving?.manifest.engine === engine && serving.facts.instance === instance)
        await rollbacks.proven(serving.installed)
    },
    async rollback() {
      const { installed, commit, left } = await rollbacks.byApp()
      try {
        await server.serve(installed, commit)
      } catch (error) {
        board.failed(error)
        throw error
      }
      rolledBack(installed, { version: left.version, by: 'app' })
    },
    async ready() {
      await healing
      await server.ready()
    },
  }
}

/** A session that cannot run even zeros. What lacks an operator lacks it in every session. */
function isSessionLost({ doubt, error }: BackendFault): boolean {
  return !doubt && error.code !== 'OPERATOR_UNSUPPORTED'
}

function workerLost(engine: Engine, cause?: HomingErrorData): HomingError {
  const message = cause
    ? `The ${engine} worker is started anew: ${cause.message}`
    : `The ${engine} worker died.`
  return new HomingError('WORKER_LOST', message, cause ? { cause: HomingError.from(cause) } : {})
}
