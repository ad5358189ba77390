import { type Engine, HomingError, type Manifest } from '@homing/protocol'
import { windowsOf } from '@homing/pipeline'
import { transfer } from 'comlink'

import type { StoredVersion } from '../../delivery/read-version.ts'
import { backendsOf } from '../../runtime/backends.ts'
import type {
  Backend,
  BackendFallback,
  BackendFault,
  LoadedFacts,
  RuntimeApi,
} from '../../runtime/runtime-api.ts'
import { createTurns } from '../../runtime/turns.ts'
import type { InstalledVersion } from '../../store/store.ts'
import type { Serving } from '../host-api.ts'

/** A version that an engine has loaded. */
export interface LoadedVersion {
  readonly installed: InstalledVersion
  readonly manifest: Manifest
  readonly facts: LoadedFacts
  /** Milliseconds that reading and hashing took. */
  readonly verify: number
}

/** What the server of versions works with. */
export interface VersionServerDeps {
  readonly model: string
  /** The manifest of an installed version, verified. */
  readonly readManifest: (installed: InstalledVersion) => Promise<Manifest>
  /** All bytes of a version on the device, verified. */
  readonly readFiles: (manifest: Manifest) => Promise<StoredVersion>
  readonly engine: (engine: Engine) => Promise<RuntimeApi>
  /** Told before the version that served is released; resolves when the page calls the new one. */
  readonly onServing: (serving: Serving, loaded: LoadedVersion) => Promise<void>
  readonly now: () => number
}

/** Loads, activates and repairs the version of one model that serves; one of these at a time. */
export interface VersionServer {
  readonly serving: LoadedVersion | undefined
  /** Backends that the app allows; null means all. */
  setBackends(backends: readonly Backend[] | null): void
  /**
   * Starts the engine that a version needs, while its files are on their way.
   * @throws HomingError BACKEND_UNAVAILABLE when the app allows none of its backends.
   */
  prepare(manifest: Manifest): void
  /**
   * Loads a version beside the serving one, lets `commit` record it, and activates it.
   * @throws HomingError INTEGRITY_FAILED, BACKEND_UNAVAILABLE, ENGINE_MISSING; the serving version is untouched.
   */
  serve(installed: InstalledVersion, commit?: () => Promise<void>): Promise<void>
  /** Loads the serving version again, after its worker died. */
  restore(): Promise<void>
  /** Loads the serving version again on the backends that are left after a fault. */
  repair(fault: BackendFault): Promise<void>
  /** Resolves when no work is going on; rejects when nothing serves. */
  ready(): Promise<void>
  close(): Promise<void>
}

export function createVersionServer({
  model,
  readManifest,
  readFiles,
  engine,
  onServing,
  now,
}: VersionServerDeps): VersionServer {
  const inTurn = createTurns()
  let serving: LoadedVersion | undefined
  let failure: HomingError | undefined
  let allowed: readonly Backend[] | null = null

  /** Starts an engine while files are on their way. Loading meets what goes wrong here, and tells it. */
  const prepare = (name: Engine, backends: readonly Backend[]): void => {
    engine(name)
      .then((runtime) => runtime.prepare(backends))
      .catch(() => undefined)
  }
  const load = async (
    installed: InstalledVersion,
    backends?: readonly Backend[],
    broken: readonly BackendFallback[] = [],
  ): Promise<LoadedVersion> => {
    const began = now()
    const manifest = await readManifest(installed)
    const usable = backends ?? usableBackends(manifest, allowed)
    prepare(manifest.engine, usable)
    const { graph, parameters } = await readFiles(manifest)
    const verify = now() - began
    const runtime = await engine(manifest.engine)
    const request = { manifest, graph, parameters, backends: usable }
    const facts = await runtime.load(transfer(request, [graph.buffer, parameters.buffer]))
    return { installed, manifest, facts: { ...facts, fallbacks: [...broken, ...facts.fallbacks] }, verify }
  }
  const activate = async (loaded: LoadedVersion): Promise<void> => {
    const before = serving
    await (await engine(loaded.manifest.engine)).activate(model, loaded.facts.instance)
    serving = loaded
    failure = undefined
    const { engine: name, signature, pipeline } = loaded.manifest
    await onServing({ engine: name, signature, windows: pipeline ? windowsOf(pipeline) : [] }, loaded)
    if (before && before.manifest.engine !== name) await (await engine(before.manifest.engine)).close(model)
  }

  return {
    get serving() {
      return serving
    },
    setBackends(backends) {
      allowed = backends
    },
    prepare(manifest) {
      prepare(manifest.engine, usableBackends(manifest, allowed))
    },
    serve: (installed, commit) =>
      inTurn(async () => {
        const loaded = await load(installed)
        try {
          await commit?.()
          await activate(loaded)
        } catch (error) {
          await (await engine(loaded.manifest.engine)).discard(loaded.facts.instance).catch(() => undefined) // gone with its worker
          throw error
        }
      }),
    restore: () =>
      inTurn(async () => {
        if (!serving) return
        const { installed } = serving
        serving = undefined
        try {
          await activate(await load(installed))
        } catch (error) {
          failure = HomingError.from(error)
          throw failure
        }
      }),
    repair: (fault) =>
      inTurn(async () => {
        if (serving?.facts.instance !== fault.instance) return // another version serves by now
        const { manifest, installed, facts } = serving
        const runtime = await engine(manifest.engine)
        const { code, message } = fault.error
        const broken = [
          ...facts.fallbacks,
          { backend: fault.backend, stage: 'run', code, reason: message } as const,
        ]
        try {
          if (fault.remaining.length === 0) throw noBackend(manifest, broken)
          await activate(await load(installed, fault.remaining, broken))
        } catch (error) {
          await runtime.giveUp(model, HomingError.from(error).toJSON())
          throw error
        }
      }),
    ready: () =>
      inTurn(() => {
        if (serving) return Promise.resolve()
        return Promise.reject(failure ?? new HomingError('CLOSED', `Model ${model} is not open.`))
      }),
    close: () =>
      inTurn(async () => {
        const loaded = serving
        serving = undefined
        if (loaded) await (await engine(loaded.manifest.engine)).close(model)
      }),
  }
}

function usableBackends(manifest: Manifest, allowed: readonly Backend[] | null): readonly Backend[] {
  const all = backendsOf[manifest.engine]
  const usable = allowed ? allowed.filter((backend) => all.includes(backend)) : all
  if (usable.length > 0) return usable
  throw new HomingError(
    'BACKEND_UNAVAILABLE',
    `${manifest.model} ${manifest.version} runs on ${all.join(', ')}; the app allows only ${allowed?.join(', ') || 'none'}.`,
    { details: { backends: [] } },
  )
}

function noBackend({ model, version }: Manifest, backends: readonly BackendFallback[]): HomingError {
  return new HomingError('BACKEND_UNAVAILABLE', `No backend is left that can run ${model} ${version}.`, {
    details: { backends },
  })
}
