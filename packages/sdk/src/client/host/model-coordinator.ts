import { type Engine, type ErrorCode, HomingError } from '@homing/protocol'

import { acceptRevision } from '../../delivery/accept-revision.ts'
import { downloadVersion } from '../../delivery/download-version.ts'
import { startPoll } from '../../delivery/poll.ts'
import type { DeliveryPlatform } from '../../delivery/ports.ts'
import { readStoredManifest, readVersion } from '../../delivery/read-version.ts'
import type { Repository } from '../../delivery/repository.ts'
import type { Device } from '../../delivery/unmet-requirements.ts'
import type { Backend, BackendFault, RuntimeApi } from '../../runtime/runtime-api.ts'
import { createTurns } from '../../runtime/turns.ts'
import type { InstalledVersion, Store } from '../../store/store.ts'
import type { UpdatePolicy } from '../api.ts'
import type { ModelEvent, OpenOptions } from '../host-api.ts'
import { findVersion, type FoundVersion } from './find-version.ts'
import {
  asActive,
  asDownloading,
  asPinned,
  asRejected,
  asStaged,
  rejectionKey,
  servable,
} from './model-records.ts'
import { createStatusBoard } from './status-board.ts'
import { createVersionServer } from './version-server.ts'

/** What the coordination of a model works with. */
export interface CoordinatorDeps {
  readonly store: Store
  readonly repository: Repository
  readonly platform: DeliveryPlatform
  readonly engine: (engine: Engine) => Promise<RuntimeApi>
  readonly device: () => Promise<Device>
  /** Runs `work` while no other tab runs work of this name. */
  readonly alone: <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>
  /** Tells the other tabs that a version of the model was activated. */
  readonly announce: (model: string) => void
  /** Deletes what no model needs any more. */
  readonly collectGarbage: () => Promise<void>
  /** Milliseconds between looks for new versions; 0 never looks by itself. */
  readonly pollInterval: number
}

/** One open model: which version serves, what is on its way, and what the page is told. */
export interface ModelCoordinator {
  /** Resolves once a version serves: one from the device, else one from the repository. */
  open(signal: AbortSignal): Promise<void>
  /** Looks for a new version; it is installed under the policy `auto`, else told as available. */
  look(): Promise<void>
  nudge(): void
  /** Installs the newest version, also one that failed before. */
  update(): Promise<void>
  pin(version: string | null): Promise<void>
  setUpdates(policy: UpdatePolicy): Promise<void>
  setBackends(backends: readonly Backend[] | null): Promise<void>
  engineLost(engine: Engine): Promise<void>
  fault(fault: BackendFault): Promise<void>
  ready(): Promise<void>
  close(): Promise<void>
}

/** Failures that lie in the version on this device, not in the network, the storage or the moment. */
const versionFailures: ReadonlySet<ErrorCode> = new Set([
  'BACKEND_UNAVAILABLE',
  'OPERATOR_UNSUPPORTED',
  'PIPELINE_INVALID',
])

export function createModelCoordinator(
  model: string,
  options: OpenOptions,
  emit: (event: ModelEvent) => Promise<void>,
  deps: CoordinatorDeps,
): ModelCoordinator {
  const { store, repository, platform } = deps
  const life = new AbortController()
  const inTurn = createTurns()
  let policy: UpdatePolicy = options.updates ?? 'auto'
  let pinned = options.version
  let allBackends = options.backends === undefined

  const board = createStatusBoard(model, policy, (status) => void emit({ type: 'status', status }))
  const server = createVersionServer({
    model,
    engine: deps.engine,
    now: platform.now,
    async read(installed) {
      const { manifest } = await readStoredManifest(store, installed.manifestSha256, {
        model,
        version: installed.version,
      })
      return readVersion(store, manifest)
    },
    async onServing(serving, loaded) {
      board.served(loaded)
      await emit({ type: 'serving', serving })
    },
  })
  server.setBackends(options.backends ?? null)

  const showStorage = async (): Promise<void> => {
    const { kind, reason } = store
    board.storage({ kind, usage: await store.usage(), ...(reason === undefined ? {} : { reason }) })
  }

  /** Brings an installed version to serve; `commit` makes it the one that the next start begins with. */
  const serve = async (installed: InstalledVersion): Promise<void> => {
    board.dispatch({ type: 'staged', version: installed.version })
    board.dispatch({ type: 'probe', version: installed.version })
    await server.serve(installed, async () => {
      await store.updateModel(model, (record) => asActive(record, installed))
    })
  }
  const serveFromDevice = async (): Promise<boolean> => {
    const record = await store.readModel(model)
    for (const installed of servable(record, pinned)) {
      if (installed.manifestSha256 === server.serving?.installed.manifestSha256) return true
      try {
        await serve(installed)
        return true
      } catch (error) {
        board.dispatch({ type: 'failed', error: HomingError.from(error).toJSON() }) // the next version, or the repository, heals it
      }
    }
    return false
  }

  const download = async (
    { listed, manifest, bytes }: FoundVersion,
    signal: AbortSignal,
  ): Promise<InstalledVersion> => {
    const installed = { version: listed.version, manifestSha256: listed.manifest.sha256 }
    const { version } = installed
    const began = platform.now()
    await deps.alone(`${model}/download`, signal, async () => {
      await store.updateModel(model, (record) => asDownloading(record, installed))
      await store.writeManifest(installed.manifestSha256, bytes)
      const onProgress = (progress: {
        version: string
        loaded: number
        total: number
        cached: number
      }): void => {
        board.dispatch({ type: 'download', version, loaded: progress.loaded, total: progress.total })
        void emit({ type: 'progress', progress })
      }
      await downloadVersion(manifest, { repository, store, platform, signal, onProgress })
      await store.updateModel(model, (record) => asStaged(record, installed))
    })
    board.fetched(platform.now() - began)
    return installed
  }

  /** Serves the newest version that this device can take; one that fails here is remembered and an older one tried. */
  const install = async (signal: AbortSignal, always: boolean): Promise<void> => {
    let failure: HomingError | undefined
    for (;;) {
      const record = await store.readModel(model)
      const rollout = acceptRevision(await repository.rollout(model, signal), record?.revision)
      await store.updateModel(model, (known) => ({ ...known, revision: rollout.revision }))
      const device = await deps.device()
      const found = await findVersion(rollout, {
        repository,
        device,
        pinned,
        signal,
        engineVersion: async (engine) => (await deps.engine(engine)).engineVersion(),
        refusal: (sha256) => record?.rejected[rejectionKey(sha256)]?.reason,
      }).catch((error: unknown) => {
        throw failure ?? error // that the last one failed says more than that none is left
      })
      const current = server.serving?.installed.manifestSha256 === found.listed.manifest.sha256
      if (current || (server.serving && !always && policy !== 'auto')) {
        board.available(current ? undefined : found.listed.version)
        board.dispatch({ type: 'current' })
        return
      }
      const installed = await download(found, signal)
      try {
        await serve(installed)
        board.available(undefined)
        deps.announce(model)
        return
      } catch (error) {
        failure = HomingError.from(error)
        if (!allBackends || !versionFailures.has(failure.code)) throw failure
        const { code, message: reason } = failure
        await store.updateModel(model, (known) => asRejected(known, installed, { code, reason }))
      }
    }
  }
  const look = (outer: AbortSignal, always: boolean): Promise<void> =>
    inTurn(async () => {
      const signal = AbortSignal.any([outer, life.signal])
      board.dispatch({ type: 'check' })
      try {
        await install(signal, always)
        await deps.collectGarbage()
        await showStorage()
      } catch (error) {
        board.dispatch({ type: 'failed', error: HomingError.from(error).toJSON() })
        throw error
      }
    })
  const poll = startPoll(
    (signal) => (policy === 'off' ? Promise.resolve() : look(signal, false)),
    deps.pollInterval,
    platform,
  )

  return {
    async open(signal) {
      board.policy(policy, pinned)
      pinned ??= (await store.readModel(model))?.pinned
      board.policy(policy, pinned)
      await showStorage()
      const served = await inTurn(serveFromDevice)
      if (!served) await look(signal, true)
      else if (deps.pollInterval > 0) void poll.look().catch(() => undefined) // told in the status; the device's version serves
    },
    look: () => poll.look(),
    nudge: () => poll.nudge(),
    async update() {
      await store.updateModel(model, (record) => ({ ...record, rejected: {} }))
      await look(life.signal, true)
    },
    async pin(version) {
      await store.updateModel(model, (record) => asPinned(record, version))
      pinned = version ?? undefined
      board.policy(policy, pinned)
      if (version === null || !(await inTurn(serveFromDevice))) await look(life.signal, true)
    },
    async setUpdates(next) {
      policy = next
      board.policy(policy, pinned)
      if (policy === 'auto') await poll.look()
    },
    async setBackends(backends) {
      allBackends = backends === null
      server.setBackends(backends)
      const { serving } = server
      if (serving) await server.serve(serving.installed)
    },
    async engineLost(engine) {
      if (server.serving?.manifest.engine !== engine) return
      await server.restore().catch((error: unknown) => board.broken(HomingError.from(error).toJSON()))
    },
    fault: (fault) => server.repair(fault),
    ready: () => server.ready(),
    async close() {
      life.abort()
      poll.stop()
      await server.close()
      board.dispatch({ type: 'close' })
    },
  }
}
