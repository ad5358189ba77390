import { type Engine, type HomingError, parseManifest } from '@homing/protocol'
import { transfer } from 'comlink'

import { createDocuments, type Documents } from '../../delivery/documents.ts'
import { createRepository } from '../../delivery/repository.ts'
import { webPlatform } from '../../delivery/web-platform.ts'
import { databaseName, openStore } from '../../store/open-store.ts'
import { browserEstimate } from '../../store/store-error.ts'
import { memoryInterval } from '../config.ts'
import type { HostApi, HostConfig, ModelEvent, OpenOptions, PageApi } from '../host-api.ts'
import { createAccess } from './access/access.ts'
import { forget } from './access/forget.ts'
import { withAccessEnds } from './access/with-access-ends.ts'
import { describeAdapters } from './backends/adapters.ts'
import { lazyRejections } from './backends/lazy-rejections.ts'
import { describeDevice } from './device.ts'
import { crashCount } from './engines/crash-count.ts'
import { createEngineJudge } from './engines/engine-judge.ts'
import { enginePorts } from './engines/engine-ports.ts'
import { keptPredictions } from './engines/kept-predictions.ts'
import { lazyMemoryKeeper } from './engines/lazy-memory-keeper.ts'
import { measureSettings } from './engines/measure-settings.ts'
import { defaultMemoryBudget } from './engines/model-memory.ts'
import { createModelCoordinator, type ModelCoordinator } from './model-coordinator.ts'
import { once } from './once.ts'
import { createOpenedModels } from './opened-models.ts'
import { growingProgress } from './status/growing-progress.ts'
import { claims } from './storage/claims.ts'
import { createCleaner } from './storage/cleaner.ts'
import { recordedEvents } from './storage/recorded-events.ts'
import { createStorageRoom } from './storage/storage-room.ts'
import { openModels } from './tabs/open-models.ts'
import { tabs } from './tabs/tabs.ts'
import { meteredGate } from './versions/metered-gate.ts'
import type { Bundle } from './versions/open-bundle.ts'

/** The host of one page: everything that outlives engine workers and touches neither page nor engine. */
export function createHost(config: HostConfig): HostApi {
  let connect!: (page: PageApi) => void
  const page = new Promise<PageApi>((resolve) => (connect = resolve))
  const access = createAccess({
    ...config,
    platform: webPlatform(),
    getToken: async () => (await page).getToken(),
    signUrls: async (places) => (await page).signUrls(places),
    store: () => store(),
    forget: (model) => forgetModels(model),
  })
  const { platform } = access
  const repository = createRepository(config.repository, platform, access.expect)
  const { models, ...opening } = createOpenedModels({
    settle: (model) => access.settle(model),
    hold: async (model) => (await openEverywhere()).hold(model),
    coordinate: (...given) => coordinate(...given),
  })
  const onChange = (): void => {
    for (const model of models.values()) model.storageChanged()
  }
  const store = once(async () => withAccessEnds(await openStore({ ...config, onChange }), access.claims))
  const device = once(describeDevice)
  const otherTabs = once(async () =>
    tabs(await databaseName(config.root), (news) => {
      if (news.type === 'forgotten')
        void closeForgotten(news.model).catch(() => undefined) // who forgets is told
      else models.get(news.model)?.hear(news)
    }),
  )
  const openEverywhere = once(async () => openModels(await databaseName(config.root)))
  /** Loaded with the first engine or fact of an app that is measured. */
  const measuring = once(async () => {
    const { openTelemetry } = await import('./telemetry/open-telemetry.ts')
    const manifestOf = (model: string) => models.get(model)?.manifest
    return openTelemetry(config.telemetry!, {
      ...config,
      tabs: await otherTabs(),
      manifestOf,
      measure: engines.measure,
    })
  })

  const engines = enginePorts(
    () => page,
    {
      fault: (_engine, fault) =>
        void models
          .get(fault.model)
          ?.fault(fault)
          .catch(() => undefined), // the failed call carries the error
      wanted: (name) => void models.get(name)?.wake(),
      proven: (engine, model, instance) =>
        void models
          .get(model)
          ?.proven(engine, instance)
          .catch(() => undefined), // it stays on trial
    },
    keptPredictions(store, config.storage === 'encrypted'),
    config.telemetry && {
      settings: measureSettings(config.telemetry, config.telemetry.level),
      measured: (versions) =>
        void measuring()
          .then((telemetry) => telemetry.measured(versions))
          .catch(() => undefined),
    },
  )
  const adapters = once(describeAdapters)
  const rejections = lazyRejections({
    adapters,
    engineVersion: async (engine) => (await engines.get(engine)).engineVersion(),
  })

  /** Engines that were ended for a fault that has been counted: their deaths are nobody else's. */
  const endedForFault = new Set<Engine>()
  const endEngine = async (engine: Engine, reason: HomingError): Promise<void> =>
    (await page).endEngine(engine, reason.toJSON())
  const judge = createEngineJudge({
    platform,
    running: (engine) => engines.running(engine),
    hangLimit: config.hangLimit,
    onHang: (engine, reason) => void endEngine(engine, reason).catch(() => undefined), // the page is gone
  })
  const memory = lazyMemoryKeeper({
    platform,
    budget: config.memoryBudget ?? defaultMemoryBudget(),
    idleLimit: config.idleLimit,
    models,
    running: (engine) => engines.running(engine),
    async retire(engine) {
      engines.drop(engine)
      await (await page).retireEngine(engine)
    },
  })
  const life = new AbortController()
  /** Looks now and then whether engines hold more than they need. */
  const watchMemory = once(async () => {
    for (;;) {
      await platform.sleep(Math.min(memoryInterval, config.idleLimit), life.signal)
      await memory.recycle().catch(() => undefined) // a page that is gone
    }
  })
  const crashes = crashCount()
  const claimed = once(async () => claims(await databaseName(config.root)))
  const makeDocuments = async (): Promise<Documents> => {
    const [kept, tab] = await Promise.all([store(), otherTabs()])
    const root = new TextEncoder().encode(config.root)
    return createDocuments({ repository: config.repository, root, store: kept, platform, alone: tab.alone })
  }
  let documents = once(makeDocuments)
  const cleaner = createCleaner({
    store,
    claims: claimed,
    budget: config.storageBudget,
    estimate: browserEstimate,
  })
  const room = once(async () =>
    createStorageRoom({
      store: await store(),
      cleaner,
      estimate: browserEstimate,
      persist: async () => (await page).persistStorage(),
      sleep: platform.sleep,
    }),
  )
  const bundles = once(async () => {
    const { bundleShelf } = await import('./versions/open-bundle.ts')
    return bundleShelf(config.bundled, config.root, webPlatform())
  })
  const bundleOf = async (model: string): Promise<Bundle | undefined> =>
    Object.hasOwn(config.bundled, model) ? (await bundles())(model) : undefined
  const coordinate = async (
    model: string,
    options: OpenOptions,
    emit: (event: ModelEvent) => Promise<void>,
  ): Promise<ModelCoordinator> => {
    const [kept, tab, claims] = await Promise.all([store(), otherTabs(), claimed()])
    return createModelCoordinator(options, {
      model,
      store: kept,
      documents: await documents(),
      repository,
      bundle: await bundleOf(model),
      platform,
      device,
      emit: growingProgress(emit),
      cleaner,
      claims,
      rejections,
      adapters,
      crashes,
      room: await room(),
      engine: (engine) => engines.get(engine),
      running: (engine) => engines.running(engine),
      async endEngine(engine, reason) {
        endedForFault.add(engine)
        await endEngine(engine, reason)
      },
      judge,
      memory,
      ...tab,
      gate: meteredGate(config.pausesOnMetered),
      pollInterval: config.pollInterval,
      probeInterval: config.probeInterval,
    })
  }

  const closeForgotten = async (model: string | undefined): Promise<void> => {
    access.clear()
    documents = once(makeDocuments)
    await opening.closeForgotten(model)
    const kept = await store()
    if (kept.kind === 'memory') await kept.forget({ model, parse: parseManifest }) // no other tab can
  }

  const forgetModels = async (model?: string): Promise<void> => {
    const [kept, tab, everywhere] = await Promise.all([store(), otherTabs(), openEverywhere()])
    await forget(model, { store: kept, tabs: tab, openModels: everywhere, close: closeForgotten })
  }

  return {
    connect(pageApi) {
      connect(pageApi)
      return Promise.resolve()
    },
    async open(model, options, onEvent, signal) {
      watchMemory().catch(() => undefined) // ends with the host
      const coordinator = await opening.open(model, options, onEvent)
      await coordinator.open(signal ?? new AbortController().signal)
    },
    close: (model) => opening.close(model),
    update: async (model) => (await opening.opened(model)).update(),
    retry: async (model) => (await opening.opened(model)).retry(),
    rollback: async (model) => (await opening.opened(model)).rollback(),
    pin: async (model, version) => (await opening.opened(model)).pin(version),
    setUpdates: async (model, policy) => (await opening.opened(model)).setUpdates(policy),
    setBackends: async (model, backends) => (await opening.opened(model)).setBackends(backends),
    ready: async (model) => (await opening.opened(model)).ready(),
    async sectionFiles(model, section, signal = new AbortController().signal) {
      const files = await (await opening.opened(model)).sectionFiles(section, signal)
      return transfer(files, [files.graph.buffer, files.parameters.buffer])
    },
    async check() {
      await opening.settled()
      const looks = await Promise.allSettled([...models.values()].map((model) => model.look()))
      const failed = looks.find((look) => look.status === 'rejected')
      if (failed) throw failed.reason
    },
    nudge() {
      for (const model of models.values()) model.nudge()
      return Promise.resolve()
    },
    judge(engine) {
      judge.watch(engine)
      return Promise.resolve()
    },
    async engineLost(engine, suspects) {
      engines.drop(engine)
      const blamed = endedForFault.delete(engine) ? [] : suspects
      await Promise.all([...models].map(([name, model]) => model.engineLost(engine, blamed.includes(name))))
    },
    forget: forgetModels,
    ...recordedEvents(store),
    async keptCalls(model, more) {
      const { keptCalls } = await import('./report/kept-calls.ts')
      return keptCalls(model, await store(), more, () => models.has(model))
    },
    async telemetry(name, ...given) {
      return ((await measuring())[name] as (...given: never[]) => never)(...(given as never[]))
    },
    async shutdown() {
      life.abort()
      // The engine workers are ended next, and a hung one would never answer.
      opening.abandon()
      const [kept, tab, claims] = await Promise.all([store(), otherTabs(), claimed()])
      access.close()
      tab.close()
      claims.close()
      await kept.close()
    },
  }
}
