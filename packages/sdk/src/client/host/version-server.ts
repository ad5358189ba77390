import { type Engine, HomingError, type Manifest } from '@homing/protocol'
import { windowsOf } from '@homing/pipeline'

import { faultPoint } from '../../faults/fault-point.ts'
import type { Backend, BackendFallback } from '../../libraries/backend.ts'
import { usableBackends } from '../../libraries/usable-backends.ts'
import type { BackendFault } from '../../runtime/runtime-api.ts'
import { createTurns } from '../../runtime/turns.ts'
import type { InstalledVersion } from '../../store/store.ts'
import { maxHeadStart } from '../config.ts'
import type { Serving } from '../host-api.ts'
import { closedError } from './closed-error.ts'
import { createInstalledLoader, type LoadingDeps, type LoadingWish } from './load-installed.ts'
import type { LoadedVersion } from './loaded-version.ts'
import type { StandIn } from './rollbacks.ts'

/** What the server of versions works with. */
export interface VersionServerDeps extends LoadingDeps {
  readonly model: string
  /** Backends that the app allows; null means all. */
  readonly backends: readonly Backend[] | null
  /** Told before the version that served is released; resolves when the page calls the new one. */
  readonly onServing: (serving: Serving, loaded: LoadedVersion) => Promise<void>
}

/** Loads, activates and repairs the version of one model that serves; one of these at a time. */
export interface VersionServer {
  readonly serving: LoadedVersion | undefined
  /** What served until its worker died, and is not back yet. */
  readonly lost: LoadedVersion | undefined
  /** Backends that the app allows; null means all. */
  readonly allowed: readonly Backend[] | null
  /**
   * Loads the serving version again on the first of these that works; null allows all.
   * @throws HomingError BACKEND_UNAVAILABLE; what was allowed before still is, and the serving version is untouched.
   */
  setBackends(backends: readonly Backend[] | null): Promise<void>
  /**
   * Starts the engine that a version needs, while its files are on their way. A large version would hold the engine's memory
   * long before it is there, and is read for longer than an engine takes to start.
   * @throws HomingError BACKEND_UNAVAILABLE when the app allows none of its backends.
   */
  prepare(manifest: Manifest): void
  /**
   * Loads a version beside the serving one, lets `commit` record it, and activates it.
   * @throws HomingError INTEGRITY_FAILED, BACKEND_UNAVAILABLE, ENGINE_MISSING, CLOSED; the serving version is untouched.
   */
  serve(installed: InstalledVersion, commit?: () => Promise<void>): Promise<void>
  /** Loads the serving version again, after the worker of this engine died. */
  restore(engine: Engine): Promise<void>
  /**
   * After a fault, loads the serving version again on the backends that are left; where none is, or the values are to
   * blame as little as the backend, loads what `standIn` names. Gives that when it serves.
   * @throws HomingError BACKEND_UNAVAILABLE and those of `serve`; the call that failed rejects with it.
   */
  repair(fault: BackendFault, standIn: () => Promise<StandIn | undefined>): Promise<StandIn | undefined>
  /** Resolves when no work is going on; rejects when nothing serves, after one more try to restore what did. */
  ready(): Promise<void>
  close(): Promise<void>
}

export function createVersionServer(deps: VersionServerDeps): VersionServer {
  const { model, backends, engine, onServing } = deps
  const inTurn = createTurns()
  const loader = createInstalledLoader(deps)
  let serving: LoadedVersion | undefined
  let lost: LoadedVersion | undefined
  let failure: HomingError | undefined
  let failedRevivals = 0
  let allowed = backends
  let closed = false

  const load = (installed: InstalledVersion, wish: Partial<LoadingWish> = {}): Promise<LoadedVersion> =>
    loader.load(installed, { allowed, ...wish })
  const activate = async (loaded: LoadedVersion): Promise<void> => {
    const before = serving
    await (await engine(loaded.manifest.engine)).activate(model, loaded.facts.instance)
    serving = loaded
    lost = undefined
    failure = undefined
    const { engine: name, signature, pipeline } = loaded.manifest
    await onServing({ engine: name, signature, windows: pipeline ? windowsOf(pipeline) : [] }, loaded)
    if (before && before.manifest.engine !== name) await leave(before.manifest.engine)
  }
  /** Releases the model on an engine; a dead worker has released it already. */
  const leave = async (name: Engine): Promise<void> => {
    await engine(name)
      .then((runtime) => runtime.close(model))
      .catch(() => undefined)
  }
  const replace = async (loaded: LoadedVersion, commit?: () => Promise<void>): Promise<void> => {
    try {
      faultPoint('version-loaded')
      await commit?.()
      faultPoint('version-recorded')
      await activate(loaded)
      faultPoint('version-serving')
    } catch (error) {
      await (await engine(loaded.manifest.engine)).discard(loaded.facts.instance).catch(() => undefined) // gone with its worker
      throw error
    }
  }
  const revive = async ({ installed }: LoadedVersion): Promise<void> => {
    try {
      await activate(await load(installed))
    } catch (error) {
      failedRevivals++
      failure = HomingError.from(error)
      throw failure
    }
  }
  /** Serves what stands in for a version that faulted. Where the fault is in doubt, only if that answers the failed call. */
  const replaceFaulty = async (
    { doubt }: BackendFault,
    { installed, commit }: StandIn,
    faulty: LoadedVersion,
  ): Promise<boolean> => {
    const loaded = await load(installed)
    const { engine: name } = loaded.manifest
    const runtime = await engine(name)
    const comparable = name === faulty.manifest.engine
    if (doubt && !(comparable && (await runtime.answersFailed(model, loaded.facts.instance)))) {
      await runtime.discard(loaded.facts.instance)
      return false
    }
    await replace(loaded, commit)
    return true
  }
  const refuseWhenClosed = (): void => {
    if (closed) throw closedError(model)
  }

  return {
    get serving() {
      return serving
    },
    get lost() {
      return lost
    },
    get allowed() {
      return allowed
    },
    setBackends: (backends) =>
      inTurn(async () => {
        refuseWhenClosed()
        const before = allowed
        const loaded = serving ?? lost
        allowed = backends
        try {
          if (loaded) await replace(await load(loaded.installed))
        } catch (error) {
          allowed = before
          throw error
        }
      }),
    prepare(manifest) {
      const usable = usableBackends(manifest, allowed)
      if (manifest.parameters.size <= maxHeadStart) loader.prepare(manifest.engine, usable)
    },
    serve: (installed, commit) =>
      inTurn(async () => {
        refuseWhenClosed()
        await replace(await load(installed), commit)
      }),
    restore: (name) =>
      inTurn(async () => {
        const dead = serving ?? lost
        if (dead?.manifest.engine !== name) return
        lost = dead
        serving = undefined
        await revive(dead)
      }),
    repair: (fault, standIn) =>
      inTurn(async () => {
        if (serving?.facts.instance !== fault.instance) return undefined // another version serves by now
        const faulty = serving
        const { manifest, installed, facts } = faulty
        const runtime = await engine(manifest.engine)
        const broken = [...facts.fallbacks, asFallback(fault)]
        try {
          if (fault.doubt) throw HomingError.from(fault.error)
          if (fault.remaining.length === 0) throw noBackend(manifest, broken)
          await activate(await load(installed, { left: fault.remaining, broken }))
          return undefined
        } catch (error) {
          const other = await standIn().catch(() => undefined) // a broken store has none
          // What cannot stand in says less than what went wrong first.
          if (other && (await replaceFaulty(fault, other, faulty).catch(() => false))) return other
          await runtime.giveUp(model, HomingError.from(error).toJSON())
          throw error
        }
      }),
    ready() {
      const seen = failedRevivals // the calls that wait for one revival share its failure
      return inTurn(async () => {
        if (serving) return
        if (!lost || seen !== failedRevivals) throw failure ?? closedError(model)
        await revive(lost)
      })
    },
    close() {
      closed = true
      return inTurn(async () => {
        const loaded = serving
        serving = lost = undefined
        if (loaded) await leave(loaded.manifest.engine)
      })
    },
  }
}

/** Why the backend that faulted does not serve. */
export function asFallback({ backend, error: { code, message } }: BackendFault): BackendFallback {
  return { backend, stage: 'run', code, reason: message }
}

function noBackend({ model, version }: Manifest, backends: readonly BackendFallback[]): HomingError {
  return new HomingError('BACKEND_UNAVAILABLE', `No backend is left that can run ${model} ${version}.`, {
    details: { backends },
  })
}
