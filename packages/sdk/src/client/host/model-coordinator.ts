import { type Engine, HomingError, type Manifest, withVariant } from '@homing/protocol'

import { startPoll } from '../../delivery/poll.ts'
import { readSection, type Section } from '../../delivery/read-section.ts'
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
import { takesUpdates, updatePolicies, type UpdatePolicy } from '../update-policy.ts'
import { addLookup } from './add-lookup.ts'
import type { CoordinatorDeps } from './coordinator-deps.ts'
import { createBundledVersions } from './bundled-versions.ts'
import { closedError } from './closed-error.ts'
import { createFollower } from './follower.ts'
import { memoryOf, type ModelMemory, type Sleeper } from './memory-keeper.ts'
import { asPinned } from './model-records.ts'
import { setId } from './set-id.ts'
import { createStatusBoard } from './status-board.ts'
import type { ModelNews } from './tabs.ts'
import { createBackendChoices } from './backend-choices.ts'
import { createProofs } from './proofs.ts'
import { keepProbing } from './reprobe.ts'
import { createRecovery } from './recovery.ts'
import { createRollbacks } from './rollbacks.ts'
import { createVersionInstaller } from './version-installer.ts'
import { unsteadyBackends } from './unsteady-backends.ts'
import { createVersionServer } from './version-server.ts'

/** One open model: which version serves, what is on its way, and what the page is told. */
export interface ModelCoordinator extends Sleeper {
  /** Resolves once a version serves: one from the device, else one from the repository. */
  open(signal: AbortSignal): Promise<void>
  /** Looks for a new version; it is installed where the policy takes updates, else told as available. */
  look(): Promise<void>
  /** Looks, unless the last look was a moment ago. */
  nudge(): void
  /** Installs the newest version. */
  update(): Promise<void>
  /** Forgets what failed on this device, and installs the newest version. */
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
  let policy: UpdatePolicy = options.updates ?? updatePolicies[0]
  let pinned = options.version
  /** Sections that are on their way. */
  const sections = new Set<Promise<unknown>>()

  let told: Promise<void> = Promise.resolve()
  const board = createStatusBoard(model, policy, (status) => {
    told = deps.emit({ type: 'status', status })
  })
  /** Ends once the page has the last status too: it travels by another port than the reply. */
  const withStatus = (work: Promise<void>): Promise<void> => work.finally(() => told)
  const repositoryNow = () => (policy === 'localOnly' ? { blob: refuseRequest } : deps.repository)
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
      void addLookup(loaded, { ...deps, repository: repositoryNow(), signal: life.signal })
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
  const bundled = createBundledVersions(deps.bundle, { ...deps, inTurn }, server, board, options.precisions)

  const showStorage = async (): Promise<void> => {
    const { kind, reason, code } = store
    const { persisted } = deps.room
    board.storage({
      kind,
      usage: await store.usage(),
      ...(reason === undefined ? {} : { reason }),
      ...(code === undefined ? {} : { code }),
      ...(persisted === undefined ? {} : { persisted }),
    })
  }
  let looks = 0
  const look = (outer: AbortSignal, wanted: boolean, only = pinned): Promise<void> =>
    inTurn(async () => {
      looks++
      const signal = AbortSignal.any([outer, life.signal])
      board.dispatch({ type: 'check' })
      try {
        await installer.fromRepository({
          pinned: only,
          signal,
          replace: wanted || takesUpdates(policy),
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
    (signal) => (policy === 'localOnly' ? Promise.resolve() : look(signal, false)),
    deps.pollInterval,
    platform,
  )

  const hear = createFollower({
    ...deps,
    board,
    installer,
    inTurn,
    signal: life.signal,
    policy: () => policy,
    pinned: () => pinned,
    looking: () => looks > 0,
    look: () => poll.look(),
  })

  const recovery = createRecovery({
    ...deps,
    server,
    rollbacks: createRollbacks(deps, life.signal),
    unsteady,
    board,
    async fetchAgain(version) {
      if (policy === 'localOnly') return
      await look(life.signal, true, version).catch(() => look(life.signal, true))
    },
  })

  const lookLater = async (): Promise<void> => {
    if (takesUpdates(policy) && pinned === undefined)
      await bundled.replaceOlder(life.signal).catch(() => undefined)
    if (deps.pollInterval > 0) await poll.look()
  }
  /** Also where another tab was elected to download, and pauses. */
  const urge = (): Promise<void> => {
    deps.tell({ type: 'urged', model })
    return gate.urge(() => look(life.signal, true))
  }
  const refuseRequest = (): Promise<never> =>
    Promise.reject(
      new HomingError(
        'UPDATE_REFUSED',
        `${model} lacks something on this device, and \`updates: 'localOnly'\` does not ask the repository for it.`,
      ),
    )
  /** The newest version; what is here where the look for it fails, which the status then tells. */
  const openLatest = async (
    signal: AbortSignal,
    fromHere: (otherwise: () => Promise<void>) => Promise<boolean>,
  ): Promise<void> => {
    try {
      await look(signal, true)
    } catch (error) {
      if (signal.aborted) throw error
      await fromHere(() => Promise.reject(HomingError.from(error)))
      board.dispatch({ type: 'check' })
      board.failed(error)
    }
  }
  const commands: Pick<
    ModelCoordinator,
    'open' | 'look' | 'update' | 'retry' | 'rollback' | 'pin' | 'setUpdates' | 'setBackends'
  > = {
    async open(signal) {
      pinned ??= (await store.readModel(model))?.pinned
      board.policy(policy, pinned)
      await showStorage()
      const either = AbortSignal.any([signal, life.signal])
      const fromHere = async (otherwise: () => Promise<void>): Promise<boolean> =>
        (await inTurn(() => installer.fromDevice(pinned))) || bundled.serveOr(pinned, either, otherwise)
      if (policy === 'latest') return openLatest(either, fromHere)
      const there = await fromHere(policy === 'localOnly' ? refuseRequest : () => look(signal, true))
      if (there) void lookLater().catch(() => undefined) // told in the status; a version serves
    },
    look: () => poll.look(),
    async update() {
      await store.updateModel(model, ({ declined: _, ...record }) => record)
      await urge()
    },
    async retry() {
      await store.updateModel(model, ({ declined: _, ...record }) => ({ ...record, rejected: {} }))
      await urge()
    },
    rollback: () =>
      inTurn(async () => {
        if (pinned !== undefined)
          throw new HomingError(
            'UPDATE_REFUSED',
            `${model} is pinned to ${pinned}: pin another version, or null.`,
          )
        await recovery.rollback()
      }),
    async pin(version) {
      const before = pinned
      const show = (next: string | undefined): void => {
        pinned = next
        board.policy(policy, pinned)
      }
      const remember = () => store.updateModel(model, (record) => asPinned(record, version))
      if (version === null) {
        await remember()
        show(undefined)
        await look(life.signal, true)
        return
      }
      show(version)
      try {
        if (!(await inTurn(() => installer.fromDevice(version)))) await look(life.signal, true)
      } catch (error) {
        if (pinned === version) show(before)
        throw error
      }
      await remember() // only what has served: a mistyped version must not keep the model from opening
    },
    async setUpdates(next) {
      policy = next
      board.policy(policy, pinned)
      if (takesUpdates(policy)) await poll.look()
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
    engineLost: (engine, suspected) => recovery.engineLost(engine, suspected),
    fault: (fault) => recovery.fault(fault),
    async proven(engine, instance) {
      await recovery.proven(engine, instance)
      if (gate.isOpen()) await server.chooseFastest() // another build of the engine may have to be fetched
    },
    ready: () => recovery.ready(),
    get memory() {
      return memoryNow(server.asleep)
    },
    sleep: () => server.sleep(),
    wake: () => server.wake().catch(board.broken),
    async sectionFiles(section, outer) {
      const signal = AbortSignal.any([outer, life.signal])
      await server.ready()
      const { manifest } = server.serving! // `ready` rejects when nothing serves
      const repository = repositoryNow()
      const read = () => readSection(manifest, section, { ...deps, repository, signal })
      const reading = deps.alone(`${model}/${section}`, signal, read)
      sections.add(reading)
      const files = await reading
        .catch((error: unknown) => {
          throw life.signal.aborted ? closedError(model) : error
        })
        .finally(() => sections.delete(reading))
      await showStorage()
      return files
    },
    hear(news) {
      if (!life.signal.aborted) hear(news)
    },
    storageChanged: () => void showStorage().catch(() => undefined),
    async close() {
      life.abort()
      poll.stop()
      gate.close()
      await server.close()
      // What is being written comes before what deletes it.
      const ended = Promise.allSettled([inTurn(() => Promise.resolve()), ...sections])
      await within(platform, closeTimeout, ended, 'Closing').catch(() => undefined)
      claims.settle(model)
      board.dispatch({ type: 'close' })
    },
  }
}
