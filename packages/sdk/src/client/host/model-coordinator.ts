import { type Engine, HomingError, type Manifest, withVariant } from '@homing/protocol'

import { startPoll } from '../../delivery/poll.ts'
import type { Section } from '../../delivery/read-section.ts'
import {
  readProbes,
  readStoredManifest,
  readVersion,
  type StoredVersion,
} from '../../delivery/read-version.ts'
import { within } from '../../delivery/within.ts'
import type { Backend } from '../../libraries/backend.ts'
import type { BackendFault } from '../../runtime/runtime-api.ts'
import { createTurns } from '../../runtime/turns.ts'
import { closeTimeout } from '../config.ts'
import type { OpenOptions } from '../host-api.ts'
import { takesUpdates, type UpdatePolicy } from '../update-policy.ts'
import { createBackendChoices } from './backends/backend-choices.ts'
import { createProofs } from './backends/proofs.ts'
import { keepProbing } from './backends/reprobe.ts'
import { unsteadyBackends } from './backends/unsteady-backends.ts'
import type { CoordinatorDeps } from './coordinator-deps.ts'
import { memoryOf, type ModelMemory, type Sleeper } from './engines/model-memory.ts'
import { once } from './once.ts'
import type { Recovery } from './serving/recovery.ts'
import { createVersionServer } from './serving/version-server.ts'
import { createStatusBoard } from './status/status-board.ts'
import { setId } from './storage/set-id.ts'
import { storageStatus } from './storage/storage-status.ts'
import type { ModelNews } from './tabs/tab-news.ts'
import { fetchAhead } from './versions/fetch-ahead.ts'
import { createOpening } from './versions/opening.ts'
import { createVersionInstaller } from './versions/version-installer.ts'
import { createWishes } from './versions/wishes.ts'

/** One open model: which version serves, what is on its way, and what the page is told. */
export interface ModelCoordinator extends Sleeper {
  /** Of the version that serves. */
  readonly manifest: Manifest | undefined
  /** Resolves once a version serves: one from the device, else one from the repository. */
  open(signal: AbortSignal): Promise<void>
  /** Looks for a new version; it is installed where the policy takes updates, else told as available. */
  look(): Promise<void>
  /** Looks, unless the last look was a moment ago. */
  nudge(): void
  /** Installs the newest version. */
  update(): Promise<void>
  /** Forgets what failed on this device, and installs the newest version, in the precision that suits best. */
  retry(): Promise<void>
  /** Serves the version before, on the whole device. */
  rollback(): Promise<void>
  /** Serves this version and no other; null follows the rollout again. Remembered on the device once it serves. */
  pin(version: string | null): Promise<void>
  setUpdates(policy: UpdatePolicy): Promise<void>
  /** Loads the serving version again on the first of these that works; null allows all. */
  setBackends(backends: readonly Backend[] | null): Promise<void>
  /** The engine's worker died, under a call of this model where it is suspected. */
  engineLost(engine: Engine, suspected: boolean): Promise<void>
  /** A backend broke under the serving version. */
  fault(fault: BackendFault): Promise<void>
  /** A loaded version has answered its first predictions. */
  proven(engine: Engine, instance: number): Promise<void>
  /** Resolves when a version serves and none is being loaded in its place. */
  ready(): Promise<void>
  /** The graph of a section of the version that serves, and the parameters; what lacks on the device is brought. */
  sectionFiles(section: Section, signal: AbortSignal): Promise<StoredVersion>
  /** Another tab tells of this model. */
  hear(news: ModelNews): void
  /** The store has gone to memory, or come back from there. */
  storageChanged(): void
  close(): Promise<void>
}

export function createModelCoordinator(options: OpenOptions, deps: CoordinatorDeps): ModelCoordinator {
  const { model, store, platform, claims, gate } = deps
  const life = new AbortController()
  const inTurn = createTurns()
  const wishes = createWishes(options, deps, () => board)

  let told: Promise<void> = Promise.resolve()
  const board = createStatusBoard(model, wishes.policy, (status) => {
    told = deps.emit({ type: 'status', status })
  })
  /** Ends once the page has the last status too: it travels by another port than the reply. */
  const withStatus = (work: Promise<void>): Promise<void> => work.finally(() => told)
  const repositoryNow = () =>
    wishes.policy === 'localOnly' ? { ...deps.repository, blob: refuseRequest } : deps.repository
  const unsteady = unsteadyBackends(platform.now)
  const proofs = createProofs(deps)
  const server = createVersionServer({
    model,
    backends: options.backends ?? null,
    engine: deps.engine,
    running: deps.running,
    makeRoom: (manifest) => deps.memory.makeRoom(model, memoryOf(manifest)),
    async onSleep() {
      await deps.emit({ type: 'asleep' })
      board.memory(memoryNow(true))
    },
    whileLoading: deps.judge.whileLoading,
    unsteady,
    platform,
    async readManifest({ manifestSha256, version, precision }) {
      await claims.hold(model, manifestSha256) // before its files are read, so that none of them goes meanwhile
      const { manifest } = await readStoredManifest(store, manifestSha256, { model, version })
      return (precision && withVariant(manifest, precision)) ?? manifest
    },
    failed: async (installed, engine) =>
      deps.rejections.failed((await store.readModel(model))?.rejected ?? {}, setId(installed), engine),
    readFiles: (manifest) =>
      readVersion(store, manifest, (progress) => void deps.emit({ type: 'progress', progress })),
    readProbes: (manifest) => readProbes(store, manifest),
    proofs,
    choices: createBackendChoices(model, { ...deps, time: platform.time }),
    async onServing(serving, loaded) {
      const { manifestSha256 } = loaded.installed
      claims.settle(model, manifestSha256)
      await store.markUsed(manifestSha256, Date.now()).catch(() => undefined) // a broken store keeps nothing from serving
      board.served(loaded)
      board.memory(memoryNow(false))
      await deps.emit({ type: 'serving', serving })
      void fetchAhead()
      if (!loaded.manifest.lookup) return
      void import('./serving/add-lookup.ts')
        .then(({ addLookup }) =>
          addLookup(loaded, { ...deps, repository: repositoryNow(), signal: life.signal }),
        )
        .catch(() => undefined) // its code could not be fetched: what is not found is computed
    },
  })
  const memoryNow = (asleep: boolean): ModelMemory | undefined => {
    const manifest = server.serving?.manifest
    return manifest && { engine: manifest.engine, bytes: memoryOf(manifest), asleep }
  }
  const probing = {
    ...deps,
    interval: deps.probeInterval,
    serving: () => server.serving,
    readProbes: (manifest: Manifest) => readProbes(store, manifest),
    proofs,
    onPassed: () => board.reprobed(),
  }
  void keepProbing(probing, life.signal).catch(() => undefined) // the model was closed
  const installer = createVersionInstaller(deps, server, board, options.precisions)
  const { bundle } = deps
  const bundled =
    bundle &&
    once(async () => {
      const { createBundledVersions } = await import('./versions/bundled-versions.ts')
      return createBundledVersions(bundle, { ...deps, inTurn }, server, board, options.precisions)
    })

  const showStorage = async (): Promise<void> => board.storage(await storageStatus(store, deps.room))
  let looks = 0
  const look = (outer: AbortSignal, wanted: boolean, only = wishes.pinned, anew = false): Promise<void> =>
    inTurn(async () => {
      looks++
      const signal = AbortSignal.any([outer, life.signal])
      board.dispatch({ type: 'check' })
      try {
        await installer.fromRepository({
          pinned: only,
          signal,
          replace: wanted || takesUpdates(wishes.policy),
          anew,
        })
        await showStorage()
      } catch (error) {
        board.failed(error)
        throw error
      } finally {
        looks--
      }
    })
  const poll = startPoll(
    (signal) => (wishes.policy === 'localOnly' ? Promise.resolve() : look(signal, false)),
    deps.pollInterval,
    platform,
  )

  /** Loaded when another tab tells something: most apps have one. */
  const follower = once(async () => {
    const { createFollower } = await import('./tabs/follower.ts')
    return createFollower({
      ...deps,
      board,
      installer,
      inTurn,
      signal: life.signal,
      wishes,
      looking: () => looks > 0,
      look: () => poll.look(),
    })
  })
  const hear = async (news: ModelNews): Promise<void> => {
    const follow = await follower()
    if (!life.signal.aborted) follow(news)
  }

  /** Loaded once something fails, or a version has proved itself. */
  let recovery: Promise<Recovery> | undefined
  const recover = (): Promise<Recovery> =>
    (recovery ??= import('./serving/recovery.ts')
      .then(({ createRecovery }) =>
        createRecovery(
          { ...deps, server, unsteady, board, fetchAgain: (version) => opening.fetchAgain(version) },
          life.signal,
        ),
      )
      .catch((error: unknown) => {
        recovery = undefined
        throw error
      }))
  /** Also where another tab was elected to download, and pauses. */
  const urge = (anew = false): Promise<void> => {
    deps.tell({ type: 'urged', model })
    return gate.urge(() => look(life.signal, true, wishes.pinned, anew))
  }
  const refuseRequest = (): Promise<never> =>
    Promise.reject(
      new HomingError(
        'UPDATE_REFUSED',
        `${model} lacks something on this device, and \`updates: 'localOnly'\` does not ask the repository for it.`,
      ),
    )
  const opening = createOpening({
    wishes,
    board,
    inTurn,
    installer,
    bundled,
    life: life.signal,
    look: (signal, only) => look(signal, true, only),
    lookLater: async () => {
      if (deps.pollInterval > 0) await poll.look()
    },
    refuseRequest,
  })
  const reading = new Set<Promise<unknown>>()
  /** Loaded with the first section: few models are trained or explained. */
  const sections = once(async () => {
    const { createSectionReader } = await import('./serving/section-reader.ts')
    return createSectionReader({ ...deps, reading }, server, repositoryNow, life.signal)
  })
  const commands: Pick<
    ModelCoordinator,
    'open' | 'look' | 'update' | 'retry' | 'rollback' | 'pin' | 'setUpdates' | 'setBackends'
  > = {
    async open(signal) {
      await showStorage()
      await opening.open(signal)
    },
    look: () => poll.look(),
    async update() {
      await store.updateModel(model, ({ declined: _, ...record }) => record)
      await urge()
    },
    async retry() {
      await store.updateModel(model, ({ declined: _, ...record }) => ({ ...record, rejected: {} }))
      await urge(true)
    },
    rollback: () =>
      inTurn(async () => {
        wishes.refusePinned()
        await (await recover()).rollback()
      }),
    pin: async (version) =>
      (await import('./versions/pin-version.ts')).pinVersion(version, {
        ...deps,
        wishes,
        fromDevice: (version) => inTurn(() => installer.fromDevice(version)),
        look: () => look(life.signal, true),
      }),
    async setUpdates(next) {
      wishes.setPolicy(next)
      if (takesUpdates(next)) await poll.look()
    },
    async setBackends(backends) {
      await server.setBackends(backends)
    },
  }
  return {
    open: (signal) => withStatus(commands.open(signal)),
    look: () => withStatus(commands.look()),
    update: () => withStatus(commands.update()),
    retry: () => withStatus(commands.retry()),
    rollback: () => withStatus(commands.rollback()),
    pin: (version) => withStatus(commands.pin(version)),
    setUpdates: (next) => withStatus(commands.setUpdates(next)),
    setBackends: (backends) => withStatus(commands.setBackends(backends)),
    nudge() {
      if (deps.pollInterval > 0) poll.nudge()
    },
    engineLost: async (engine, suspected) => (await recover()).engineLost(engine, suspected),
    fault: async (fault) => (await recover()).fault(fault),
    async proven(engine, instance) {
      await (await recover()).proven(engine, instance)
      if (gate.isOpen()) await server.chooseFastest() // another build of the engine may have to be fetched
    },
    ready: async () => (recovery ? (await recovery).ready() : server.ready()),
    get manifest() {
      return server.serving?.manifest
    },
    get memory() {
      return memoryNow(server.asleep)
    },
    sleep: () => server.sleep(),
    wake: () => server.wake().catch(board.broken),
    async sectionFiles(section, signal) {
      const files = await (await sections()).read(section, signal)
      await showStorage()
      return files
    },
    hear(news) {
      hear(news).catch(() => undefined) // the next look finds the same
    },
    storageChanged: () => void showStorage().catch(() => undefined),
    async close() {
      life.abort()
      poll.stop()
      gate.close()
      await server.close()
      // What is being written comes before what deletes it.
      const ended = Promise.allSettled([inTurn(() => Promise.resolve()), ...reading])
      await within(platform, closeTimeout, ended, 'Closing').catch(() => undefined)
      claims.settle(model)
      board.dispatch({ type: 'close' })
    },
  }
}
