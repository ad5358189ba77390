import type { Engine, Manifest } from '@homing/protocol'
import { transfer } from 'comlink'

import type { StoredVersion } from '../../delivery/read-version.ts'
import type { Backend, BackendFallback } from '../../libraries/backend.ts'
import { usableBackends } from '../../libraries/usable-backends.ts'
import type { RuntimeApi } from '../../runtime/runtime-api.ts'
import type { InstalledVersion } from '../../store/store.ts'
import type { LoadedVersion } from './loaded-version.ts'

/** What loading works with. */
export interface LoadingDeps {
  /** The manifest of an installed version, verified. */
  readonly readManifest: (installed: InstalledVersion) => Promise<Manifest>
  /** The backends on which a version has failed on this device. They are tried again only where no other is left. */
  readonly failed: (installed: InstalledVersion, engine: Engine) => Promise<readonly BackendFallback[]>
  /** All bytes of a version on the device, verified. */
  readonly readFiles: (manifest: Manifest) => Promise<StoredVersion>
  readonly engine: (engine: Engine) => Promise<RuntimeApi>
  readonly now: () => number
}

/** On which backends a version is loaded. */
export interface LoadingWish {
  /** Backends that the app allows; null means all. */
  readonly allowed: readonly Backend[] | null
  /** After a fault: those that are left, in the place of `allowed`. */
  readonly left?: readonly Backend[]
  /** Why others do not serve. */
  readonly broken?: readonly BackendFallback[]
}

/** Loads versions of the device onto their engines. */
export interface InstalledLoader {
  /**
   * Starts an engine while files are on their way. Loading meets what goes wrong here, and tells it.
   */
  prepare(engine: Engine, backends: readonly Backend[]): void
  /** @throws HomingError INTEGRITY_FAILED, BACKEND_UNAVAILABLE, ENGINE_MISSING, WORKER_LOST. */
  load(installed: InstalledVersion, wish: LoadingWish): Promise<LoadedVersion>
}

export function createInstalledLoader({
  readManifest,
  failed,
  readFiles,
  engine,
  now,
}: LoadingDeps): InstalledLoader {
  const prepare: InstalledLoader['prepare'] = (name, backends) => {
    engine(name)
      .then((runtime) => runtime.prepare(backends))
      .catch(() => undefined)
  }
  return {
    prepare,
    async load(installed, { allowed, left, broken = [] }) {
      const began = now()
      const manifest = await readManifest(installed)
      const wanted = left ?? usableBackends(manifest, allowed)
      const failures = (await failed(installed, manifest.engine)).filter(({ backend }) =>
        wanted.includes(backend),
      )
      const rest = wanted.filter((backend) => failures.every((failure) => failure.backend !== backend))
      const usable = rest.length > 0 ? rest : wanted
      const passedOver = rest.length > 0 ? failures : []
      prepare(manifest.engine, usable)
      const { graph, parameters } = await readFiles(manifest)
      const verify = now() - began
      const runtime = await engine(manifest.engine)
      const request = { manifest, graph, parameters, backends: usable }
      const facts = await runtime.load(transfer(request, [graph.buffer, parameters.buffer]))
      return {
        installed,
        manifest,
        facts: { ...facts, fallbacks: [...broken, ...passedOver, ...facts.fallbacks] },
        verify,
      }
    },
  }
}
