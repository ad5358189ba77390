import { type Engine, HomingError, type Manifest } from '@homing/protocol'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import { within } from '../../../delivery/within.ts'
import { faultPoint } from '../../../faults/fault-point.ts'
import type { Backend } from '../../../libraries/backend.ts'
import { usableBackends } from '../../../libraries/usable-backends.ts'
import type { BackendFault, RuntimeApi } from '../../../runtime/runtime-api.ts'
import { createTurns, type Turns } from '../../../runtime/turns.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import { closeTimeout, maxHeadStart, maxReloads } from '../../config.ts'
import type { Serving } from '../../host-api.ts'
import { lossOf } from '../backends/unsteady-backends.ts'
import { closedError } from '../closed-error.ts'
import type { StandIn } from '../versions/rollbacks.ts'
import { createInstalledLoader, type LoadingDeps, type LoadingWish } from './load-installed.ts'
import type { LoadedVersion } from './loaded-version.ts'
import { servingOf } from './serving-of.ts'

/** What the server of versions works with. */
export interface VersionServerDeps extends LoadingDeps {
  readonly model: string
  /** Backends that the app allows; null means all. */
  readonly backends: readonly Backend[] | null
  readonly platform: Pick<DeliveryPlatform, 'now' | 'sleep'>
  /** The engine as it runs now; undefined when none does. */
  readonly running: (engine: Engine) => RuntimeApi | undefined
  /** Told before the serving version leaves the memory; resolves when the page calls it no more. */
  readonly onSleep: () => Promise<void>
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
  /**
   * Times what serves on the backends that it may run on, and goes over to the fastest; once for each graph and version of
   * the engine, and only where the app has no order of its own. Other work goes on meanwhile, and goes before.
   */
  chooseFastest(): Promise<void>
  /** Resolves when no work is going on; rejects when nothing serves, after one more try to restore what did. */
  ready(): Promise<void>
  /** Whether the serving version has left the memory; `ready` and `wake` bring it back. */
  readonly asleep: boolean
  /** Releases the serving version until it is called. Does nothing while other work goes on. */
  sleep(): Promise<void>
  /** Loads the serving version again where it is asleep. */
  wake(): Promise<void>
  /** Releases the model. An engine that hangs gives nothing back, and is not waited for; what it still loads is not served. */
  close(): Promise<void>
}

export function createVersionServer(deps: VersionServerDeps): VersionServer {
  const { model, platform, backends, running, onSleep, onServing } = deps
  const turns = createTurns()
  let work = 0
  const inTurn: Turns = (job) => {
    work++
    return turns(job).finally(() => work--)
  }
  const loader = createInstalledLoader(deps)
  let serving: LoadedVersion | undefined
  let lost: LoadedVersion | undefined
  let failure: HomingError | undefined
  let failedRevivals = 0
  let allowed = backends
  let closed = false
  /** Closed, and not waited for any more. */
  let abandoned = false
  let asleep = false
  let choosing = false

  const load = (installed: InstalledVersion, wish: Partial<LoadingWish> = {}): Promise<LoadedVersion> =>
    loader.load(installed, { allowed, reloads: serving && !asleep ? 0 : maxReloads, ...wish })
  const refuseWhenClosed = (): void => {
    if (closed) throw closedError(model)
  }
  const activate = async (loaded: LoadedVersion): Promise<void> => {
    const before = serving
    await loaded.runtime.activate(model, loaded.facts.instance)
    serving = loaded
    asleep = false
    lost = undefined
    failure = undefined
    await onServing(servingOf(loaded.manifest), loaded)
    if (before && before.manifest.engine !== loaded.manifest.engine) await leave(before)
  }
  /** Releases the model on an engine; a dead worker has released it already. */
  const leave = async ({ runtime }: LoadedVersion): Promise<void> => {
    await runtime.close(model).catch(() => undefined)
  }
  const replace = async (loaded: LoadedVersion, commit?: () => Promise<void>): Promise<void> => {
    try {
      if (abandoned) throw closedError(model) // another may serve by now
      faultPoint('version-loaded')
      await commit?.()
      faultPoint('version-recorded')
      await activate(loaded)
      faultPoint('version-serving')
    } catch (error) {
      await loaded.runtime.discard(loaded.facts.instance).catch(() => undefined) // gone with its worker
      throw error
    }
  }
  const revive = async ({ installed }: LoadedVersion): Promise<void> => {
    try {
      await replace(await load(installed))
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
    const comparable = loaded.runtime === faulty.runtime
    if (doubt && !(comparable && (await loaded.runtime.answersFailed(model, loaded.facts.instance)))) {
      await loaded.runtime.discard(loaded.facts.instance)
      return false
    }
    await replace(loaded, commit)
    return true
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
        if (asleep) return // it was not there
        if (serving && serving.runtime === running(name)) return // loaded since, on the worker that came after
        lost = dead
        serving = undefined
        await revive(dead)
      }),
    repair: (fault, standIn) =>
      inTurn(async () => {
        if (serving?.facts.instance !== fault.instance) return undefined // another version serves by now
        const faulty = serving
        const { manifest, installed, facts, runtime } = faulty
        const broken = [...facts.fallbacks, lossOf(fault.backend, fault.error)]
        try {
          if (fault.doubt) throw HomingError.from(fault.error)
          if (fault.remaining.length === 0) {
            const { noBackend } = await import('../../../libraries/no-backend.ts')
            throw noBackend('run', manifest, broken, [HomingError.from(fault.error)])
          }
          await replace(await load(installed, { left: fault.remaining, broken }))
          return undefined
        } catch (error) {
          const other = await standIn().catch(() => undefined) // a broken store has none
          // What cannot stand in says less than what went wrong first.
          if (other && (await replaceFaulty(fault, other, faulty).catch(() => false))) return other
          await runtime.giveUp(model, HomingError.from(error).toJSON())
          throw error
        }
      }),
    async chooseFastest() {
      if (choosing) return
      choosing = true
      try {
        const { chooseFastest } = await import('../backends/choose-fastest.ts')
        await chooseFastest({
          subject: () => (closed || asleep || allowed ? undefined : serving),
          choices: deps.choices,
          loadOn: (installed, backend) => loader.load(installed, { allowed, left: [backend], reloads: 0 }),
          inTurn,
          replace,
          show: (loaded) => onServing(servingOf(loaded.manifest), (serving = loaded)),
        })
      } finally {
        choosing = false
      }
    },
    ready() {
      const seen = failedRevivals // the calls that wait for one revival share its failure
      return inTurn(async () => {
        if (serving && asleep) return revive(serving)
        if (serving) return
        if (!lost || seen !== failedRevivals) throw failure ?? closedError(model)
        await revive(lost)
      })
    },
    get asleep() {
      return asleep
    },
    async sleep() {
      if (work > 0) return // a turn behind another model's, which waits for this one's, would never come
      await inTurn(async () => {
        if (!serving || asleep || closed) return
        asleep = true
        await onSleep()
        await serving.runtime.unload(model).catch(() => undefined) // gone with its worker
      })
    },
    wake: () =>
      inTurn(async () => {
        if (serving && asleep && !closed) await revive(serving)
      }),
    async close() {
      closed = true
      const left = inTurn(async () => {
        const loaded = serving
        serving = lost = undefined
        if (loaded) await leave(loaded)
      })
      await within(platform, closeTimeout, left, 'Closing').catch(() => (abandoned = true))
    },
  }
}
