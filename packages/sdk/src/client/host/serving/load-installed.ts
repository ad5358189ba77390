import { type Engine, HomingError, type Manifest } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import type { StoredVersion } from '../../../delivery/read-version.ts'
import type { Backend, BackendFallback } from '../../../libraries/backend.ts'
import { usableBackends } from '../../../libraries/usable-backends.ts'
import type { ProbeFiles } from '../../../runtime/probe-api.ts'
import type { RuntimeApi } from '../../../runtime/runtime-api.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { ChoiceStatus } from '../../status-api.ts'
import type { BackendChoices, MeasuredChoice } from '../backends/backend-choices.ts'
import { proofOf } from '../backends/proof-of.ts'
import type { Proofs } from '../backends/proofs.ts'
import { lossOf, type UnsteadyBackends } from '../backends/unsteady-backends.ts'
import type { EngineJudge } from '../engines/engine-judge.ts'
import { setId } from '../storage/set-id.ts'
import type { LoadedVersion } from './loaded-version.ts'

/** What loading works with. */
export interface LoadingDeps {
  /** The manifest of an installed version, verified. */
  readonly readManifest: (installed: InstalledVersion) => Promise<Manifest>
  /** The backends on which a version has failed on this device. They are tried again only where no other is left. */
  readonly failed: (installed: InstalledVersion, engine: Engine) => Promise<readonly BackendFallback[]>
  /** All bytes of a version on the device, verified. */
  readonly readFiles: (manifest: Manifest) => Promise<StoredVersion>
  /** The files of a version's probes, verified. */
  readonly readProbes: (manifest: Manifest) => Promise<ProbeFiles>
  readonly proofs: Proofs
  readonly choices: BackendChoices
  readonly engine: (engine: Engine) => Promise<RuntimeApi>
  /** Watches an engine while it loads. */
  readonly whileLoading: EngineJudge['whileLoading']
  readonly unsteady: UnsteadyBackends
  /** Makes room in memory, as far as that is possible. */
  readonly makeRoom: (manifest: Manifest) => Promise<void>
  readonly platform: Pick<DeliveryPlatform, 'now'>
}

/** On which backends a version is loaded. */
export interface LoadingWish {
  /** Backends that the app allows; null means all. */
  readonly allowed: readonly Backend[] | null
  /** After a fault: those that are left, in the place of `allowed`. */
  readonly left?: readonly Backend[]
  /** How often it is begun anew after the engine's worker died under it. */
  readonly reloads: number
  /** Why others do not serve. */
  readonly broken?: readonly BackendFallback[]
}

/** Loads versions of the device onto their engines. */
export interface InstalledLoader {
  /** Starts an engine while files are on their way. Loading meets what goes wrong here, and tells it. */
  prepare(engine: Engine, backends: readonly Backend[]): void
  /** @throws HomingError INTEGRITY_FAILED, BACKEND_UNAVAILABLE, ENGINE_MISSING, WORKER_LOST. */
  load(installed: InstalledVersion, wish: LoadingWish): Promise<LoadedVersion>
}

export function createInstalledLoader(deps: LoadingDeps): InstalledLoader {
  const {
    readManifest,
    failed,
    readFiles,
    readProbes,
    proofs,
    choices,
    engine,
    whileLoading,
    unsteady,
    makeRoom,
    platform,
  } = deps
  const prepare: InstalledLoader['prepare'] = (name, backends) => {
    engine(name)
      .then((runtime) => whileLoading(name, runtime.prepare(backends)))
      .catch(() => undefined)
  }
  const loadOnce = async (
    installed: InstalledVersion,
    { allowed, left, broken = [] }: LoadingWish,
    onAttempt: (backend: Backend) => void,
  ): Promise<LoadedVersion> => {
    const began = platform.now()
    const manifest = await readManifest(installed)
    const wanted = left ?? usableBackends(manifest, allowed)
    const known = [...(await failed(installed, manifest.engine)), ...unsteady.passedOver(setId(installed))]
    const failures = known.filter(({ backend }) => wanted.includes(backend))
    const rest = wanted.filter((backend) => failures.every((failure) => failure.backend !== backend))
    const choice =
      allowed || left || !manifest.probes ? undefined : await choices.known(manifest).catch(() => undefined)
    const usable = chosenFirst(rest.length > 0 ? rest : wanted, choice?.backend)
    const passedOver = rest.length > 0 ? failures : []
    prepare(manifest.engine, usable)
    const { graph, parameters } = await readFiles(manifest)
    const verify = platform.now() - began
    await makeRoom(manifest)
    const runtime = await engine(manifest.engine)
    const proven = await proofs.known(installed, manifest, usable).catch(() => []) // a broken store remembers nothing
    const request = transfer({ manifest, graph, parameters, backends: usable, proven }, [
      graph.buffer,
      parameters.buffer,
    ])
    const probes = proxy(async () => {
      const { inputs, outputs } = await readProbes(manifest)
      return transfer({ inputs, outputs }, [inputs.buffer, outputs.buffer])
    })
    const facts = await whileLoading(
      manifest.engine,
      runtime.load(request, proxy(onAttempt), probes).catch(async (error: unknown) => {
        await proofs.noteFailure(installed, manifest, error).catch(() => undefined)
        throw error
      }),
    )
    const at = Date.now()
    await proofs.note(installed, manifest, facts, at).catch(() => undefined)
    const proof = proofOf(facts, proven, at)
    return {
      installed,
      manifest,
      runtime,
      facts: { ...facts, fallbacks: [...broken, ...passedOver, ...facts.fallbacks] },
      verify,
      ...(proof ? { proof } : {}),
      ...(choice?.backend === facts.backend ? { choice: remembered(choice) } : {}),
    }
  }
  return {
    prepare,
    async load(installed, wish) {
      for (let deaths = 0; ; deaths++) {
        let tried: Backend | undefined
        try {
          return await loadOnce(installed, wish, (backend) => (tried = backend))
        } catch (thrown) {
          const error = HomingError.from(thrown)
          if (error.code !== 'WORKER_LOST') throw error
          if (tried) unsteady.add(setId(installed), lossOf(tried, error, 'load'))
          // A worker that has died too often is not started again for a while.
          if (deaths >= wish.reloads || 'retryAfter' in error.details) throw error
        }
      }
    },
  }
}

function remembered({ at, times }: MeasuredChoice): ChoiceStatus {
  return { at, times, remembered: true }
}

function chosenFirst(backends: readonly Backend[], chosen: Backend | undefined): readonly Backend[] {
  if (chosen === undefined || !backends.includes(chosen)) return backends
  return [chosen, ...backends.filter((backend) => backend !== chosen)]
}
