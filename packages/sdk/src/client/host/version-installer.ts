import {
  candidates,
  compareVersions,
  type Engine,
  type ErrorCode,
  HomingError,
  type Patches,
  type Precision,
  type Rollout,
  servingFiles,
} from '@homing/protocol'

import { type DownloadProgress, downloadVersion } from '../../delivery/download-version.ts'
import { createShardPatches, type ShardPatches } from '../../delivery/patches/shard-patches.ts'
import { faultPoint } from '../../faults/fault-point.ts'
import { type BackendFallback, backendsOf } from '../../libraries/backend.ts'
import type { InstalledVersion, ModelRecord } from '../../store/store.ts'
import { type ChosenSet, chooseSet } from './choose-set.ts'
import type { CoordinatorDeps } from './coordinator-deps.ts'
import { findVersion, type FoundVersion } from './find-version.ts'
import { asActive, asDeclined, asDownloading, asRejected, asStaged, servable } from './model-records.ts'
import { progressEvent } from './progress-event.ts'
import { setId } from './set-id.ts'
import type { StatusBoard } from './status-board.ts'
import { activationLock, downloadLock } from './tabs.ts'
import type { VersionServer } from './version-server.ts'

/** What is looked for. */
export interface Search {
  /** This version and no other. */
  readonly pinned: string | undefined
  /** Whether a version may take over from the one that serves; otherwise it is told as available. */
  readonly replace: boolean
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

/** Failures that lie in the version on this device, not in the network, the storage or the moment. */
const versionFailures: ReadonlySet<ErrorCode> = new Set([
  'BACKEND_UNAVAILABLE',
  'OPERATOR_UNSUPPORTED',
  'PIPELINE_INVALID',
  'PROBE_INVALID',
  'VERSION_UNTRUSTED',
])

export function createVersionInstaller(
  deps: CoordinatorDeps,
  server: VersionServer,
  board: StatusBoard,
  precisions: readonly Precision[] | undefined,
): VersionInstaller {
  const { model, store, documents, repository, platform, gate } = deps

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
  const find = async (
    rollout: Rollout,
    { pinned, signal }: Search,
  ): Promise<FoundVersion & { readonly refused?: HomingError }> => {
    const { rejected = {}, declined } = (await store.readModel(model)) ?? {}
    const refusals = await deps.rejections.refusals(rejected, server.allowed)
    const left = (sha256: string): string | undefined =>
      pinned === undefined && sha256 === declined ? 'this device went back from it' : undefined
    const found = await findVersion(rollout, {
      documents,
      device: await deps.device(),
      pinned,
      signal,
      engineVersion: async (engine) => (await deps.engine(engine)).engineVersion(),
      refusal: (sha256) => left(sha256) ?? refusals.get(sha256),
    })
    const better = candidates(rollout).find(({ manifest }) => refusals.has(manifest.sha256))
    if (pinned !== undefined || !better || compareVersions(better.version, found.listed.version) <= 0)
      return found
    const reason = refusals.get(better.manifest.sha256)!
    const refused = new HomingError(
      'BACKEND_UNAVAILABLE',
      `${model} ${better.version} cannot run here: ${reason}`,
    )
    return { ...found, refused }
  }
  const download = async (
    { listed, bytes, base }: FoundVersion,
    { manifest, installed }: Pick<ChosenSet, 'manifest' | 'installed'>,
    signal: AbortSignal,
  ): Promise<void> => {
    const began = platform.now()
    const onProgress = (progress: DownloadProgress): void => {
      board.dispatch(progressEvent(progress))
      void deps.emit({ type: 'progress', progress })
      deps.tell({ type: 'downloading', model, tab: deps.id, progress })
    }
    server.prepare(manifest)
    let patches: ShardPatches | undefined
    await deps.alone(downloadLock(model), signal, async () => {
      const { active } = await store.updateModel(model, (record) => asDownloading(record, installed))
      const list = (): Promise<Patches | undefined> => documents.patches(model, listed.version, signal)
      // The first version of a device has nothing to be made of.
      patches = active && createShardPatches({ list, repository, store })
      await store.writeManifest(installed.manifestSha256, bytes)
      await deps.room.reserve(manifest).catch((error: unknown) => {
        if (server.serving) throw error // else what does not fit is served from memory
      })
      await downloadVersion(manifest, { repository, store, platform, patches, gate, signal, onProgress })
      if (base) {
        const { requireFrozen } = await import('../../delivery/federated-version.ts')
        await requireFrozen(manifest, base, { repository, store, signal })
      }
      await store.updateModel(model, (record) => asStaged(record, installed))
    })
    board.fetched(platform.now() - began, patches?.report())
  }

  /** Brings back to the device what the browser evicted of the version that serves. */
  const complete = async (found: FoundVersion, signal: AbortSignal): Promise<void> => {
    const { manifest, installed } = server.serving!
    const isActive = (active: InstalledVersion | undefined): boolean =>
      active === undefined || setId(active) === setId(installed)
    const { active } = (await store.readModel(model)) ?? {}
    if (!isActive(active)) return // the device has gone over to another one
    const files = servingFiles(manifest).map(({ sha256 }) => sha256)
    const [there, bytes] = [await store.hasBlobs(files), await store.readManifest(installed.manifestSha256)]
    if (active && bytes && there.size === new Set(files).size) return
    await download(found, { manifest, installed }, signal)
    await deps.alone(activationLock(model), signal, async () => {
      await store.updateModel(model, (record) =>
        isActive(record.active) ? asActive(record, installed) : record,
      )
    })
  }
  /**
   * Remembers how a parameter set failed, and the version with the last of them. False where that hangs on the moment, and
   * so it may work the next time.
   */
  const reject = async (
    { manifest: { engine }, installed, isLast }: ChosenSet,
    failure: HomingError,
  ): Promise<boolean> => {
    const failures: ModelRecord['rejected'][] = []
    for (const set of new Set([setId(installed), ...(isLast ? [installed.manifestSha256] : [])]))
      failures.push(await deps.rejections.remembered(set, engine, failuresOf(failure, engine)))
    const remembered = Object.assign({}, ...failures) as ModelRecord['rejected']
    const { rejected } = await store.updateModel(model, (record) => asRejected(record, installed, remembered))
    return (await deps.rejections.refusals(rejected, server.allowed)).has(setId(installed))
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
        const found = await find(rollout, search).catch((error: unknown) => {
          throw failure ?? error // that the last one failed says more than that none is left
        })
        const { version, manifest } = found.listed
        const current = manifest.sha256 === server.serving?.installed.manifestSha256
        if (current || (server.serving && !search.replace)) {
          const untrusted = failure?.code === 'VERSION_UNTRUSTED' ? failure : found.untrusted
          if (untrusted) throw untrusted // what serves stays, and the status says why
          if (current) await complete(found, signal)
          board.available(current ? undefined : version)
          if (!failure && current && found.refused) board.failed(found.refused)
          else board.dispatch({ type: 'current' })
          return
        }
        const set = await chooseSet(found, deps, server, precisions)
        const { installed } = set
        const { active } = (await store.readModel(model)) ?? {}
        const withdrawn =
          search.pinned === undefined &&
          active !== undefined &&
          compareVersions(rollout.champion, active.version) < 0
        try {
          await download(found, set, signal)
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
          const lies = versionFailures.has(failure.code)
          if (!lies || !(await reject(set, failure))) throw failure
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

/** On which backends a version failed: what does not hang on the backend is so on each. */
function failuresOf(
  { code, message: reason, details }: HomingError,
  engine: Engine,
): readonly BackendFallback[] {
  if (code === 'BACKEND_UNAVAILABLE') return (details['backends'] ?? []) as readonly BackendFallback[]
  return backendsOf(engine).map((backend) => ({ backend, stage: 'load', code, reason }))
}
