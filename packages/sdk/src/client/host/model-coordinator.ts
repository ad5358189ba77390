import type { Engine } from '@homing/protocol'

import { startPoll } from '../../delivery/poll.ts'
import { readStoredManifest, readVersion } from '../../delivery/read-version.ts'
import type { Backend, BackendFault } from '../../runtime/runtime-api.ts'
import { createTurns } from '../../runtime/turns.ts'
import type { UpdatePolicy } from '../api.ts'
import type { OpenOptions } from '../host-api.ts'
import type { CoordinatorDeps } from './coordinator-deps.ts'
import { asPinned } from './model-records.ts'
import { createStatusBoard } from './status-board.ts'
import { createVersionInstaller } from './version-installer.ts'
import { createVersionServer } from './version-server.ts'

/** One open model: which version serves, what is on its way, and what the page is told. */
export interface ModelCoordinator {
  /** Resolves once a version serves: one from the device, else one from the repository. */
  open(signal: AbortSignal): Promise<void>
  /** Looks for a new version; it is installed under the policy `auto`, else told as available. */
  look(): Promise<void>
  /** Looks, unless the last look was a moment ago. */
  nudge(): void
  /** Installs the newest version, also one that failed before. */
  update(): Promise<void>
  /** Serves this version and no other; null follows the rollout again. Remembered on the device. */
  pin(version: string | null): Promise<void>
  setUpdates(policy: UpdatePolicy): Promise<void>
  /** Loads the serving version again on the first of these that works; null allows all. */
  setBackends(backends: readonly Backend[] | null): Promise<void>
  /** The engine's worker died. */
  engineLost(engine: Engine): Promise<void>
  /** A backend broke under the serving version. */
  fault(fault: BackendFault): Promise<void>
  /** Resolves when a version serves and none is being loaded in its place. */
  ready(): Promise<void>
  close(): Promise<void>
}

export function createModelCoordinator(options: OpenOptions, deps: CoordinatorDeps): ModelCoordinator {
  const { model, store, platform } = deps
  const life = new AbortController()
  const inTurn = createTurns()
  let policy: UpdatePolicy = options.updates ?? 'auto'
  let pinned = options.version
  let allBackends = options.backends === undefined

  const board = createStatusBoard(model, policy, (status) => void deps.emit({ type: 'status', status }))
  const server = createVersionServer({
    model,
    engine: deps.engine,
    now: platform.now,
    readManifest: async ({ manifestSha256, version }) =>
      (await readStoredManifest(store, manifestSha256, { model, version })).manifest,
    readFiles: (manifest) => readVersion(store, manifest),
    async onServing(serving, loaded) {
      board.served(loaded)
      await deps.emit({ type: 'serving', serving })
    },
  })
  server.setBackends(options.backends ?? null)
  const installer = createVersionInstaller(deps, server, board)

  const showStorage = async (): Promise<void> => {
    const { kind, reason } = store
    board.storage({ kind, usage: await store.usage(), ...(reason === undefined ? {} : { reason }) })
  }
  const look = (outer: AbortSignal, wanted: boolean): Promise<void> =>
    inTurn(async () => {
      const signal = AbortSignal.any([outer, life.signal])
      board.dispatch({ type: 'check' })
      try {
        await installer.fromRepository({
          pinned,
          signal,
          replace: wanted || policy === 'auto',
          remember: allBackends,
        })
        await showStorage()
      } catch (error) {
        board.failed(error)
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
      pinned ??= (await store.readModel(model))?.pinned
      board.policy(policy, pinned)
      await showStorage()
      if (!(await inTurn(() => installer.fromDevice(pinned)))) await look(signal, true)
      else if (deps.pollInterval > 0) void poll.look().catch(() => undefined) // told in the status; a version serves
    },
    look: () => poll.look(),
    nudge: () => {
      poll.nudge()
    },
    async update() {
      await store.updateModel(model, (record) => ({ ...record, rejected: {} }))
      await look(life.signal, true)
    },
    async pin(version) {
      await store.updateModel(model, (record) => asPinned(record, version))
      pinned = version ?? undefined
      board.policy(policy, pinned)
      const held = version !== null && (await inTurn(() => installer.fromDevice(version)))
      if (!held) await look(life.signal, true)
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
      await server.restore().catch((error: unknown) => {
        board.broken(error)
      })
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
