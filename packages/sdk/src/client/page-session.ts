import { type Engine, HomingError } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import type { TrainingApi } from '../learning/training-api.ts'
import type { RuntimeApi } from '../runtime/runtime-api.ts'
import { startWorker, type WorkerLink } from '../transport/worker-link.ts'
import type { CallPort } from './call-port.ts'
import type { ResolvedOptions } from './client-options.ts'
import type { HostApi, HostConfig, PageApi } from './host-api.ts'
import type { ClientOptions, SignUrlsHook } from './options-api.ts'
import type { PageEngines } from './page-engines.ts'
import { restartLimit } from './restart-limit.ts'

/** The workers of one client, joined with each other. */
export interface PageSession {
  /** The host, started on first use and again after its death. */
  host(): Promise<HostApi>
  engine(engine: Engine): Promise<RuntimeApi>
  /** The way of predictions to an engine's worker. */
  calls(engine: Engine): Promise<CallPort>
  /** The same of an engine that runs already. */
  openCalls(engine: Engine): CallPort | undefined
  /** A call of a model on an engine begins, which is judged where it takes long; what it gives is told of the end. */
  watch(engine: Engine, model: string): (error?: unknown) => void
  /** Gives what a call of a model on an engine gives, which is judged where that takes long. */
  watched<T>(engine: Engine, model: string, call: Promise<T>): Promise<T>
  /** Starts a worker for one run of training; whoever asked for it ends it. */
  startTraining(engine: Engine): Promise<WorkerLink<TrainingApi>>
  /** Calls `listener` when the host died; everything it had open must be opened again. Returns the undo. */
  onHostLost(listener: () => void): () => void
  /** Ends all workers; every later call rejects with CLOSED. Idempotent. */
  close(): Promise<void>
}

const defaultHost = (): Worker =>
  new Worker(new URL('./host-worker.ts', import.meta.url), { type: 'module', name: 'homing-host' })

export function openPageSession(
  options: ResolvedOptions,
  given: Pick<ClientOptions, 'app' | 'telemetry' | 'workers' | 'engines' | 'getToken' | 'signUrls'>,
): PageSession {
  const lostListeners = new Set<() => void>()
  const closed = new HomingError('CLOSED', 'The client was closed.')
  let hostLink: Promise<WorkerLink<HostApi>> | undefined
  let closing: Promise<void> | undefined

  let engines: PageEngines | undefined
  let loading: Promise<PageEngines> | undefined
  /** Loaded while the host starts, which asks for the first engine. */
  const loadEngines = (): Promise<PageEngines> =>
    (loading ??= import('./page-engines.ts').then(
      (module) =>
        (engines = module.pageEngines(options, given, {
          onLost: (engine, suspects) => tellHost((host) => host.engineLost(engine, suspects)),
          onLate: (engine) => tellHost((host) => host.judge(engine)),
        })),
      (error: unknown) => {
        loading = undefined
        throw error
      },
    ))
  const liveWorkers = async (): Promise<PageEngines['workers']> => {
    const { workers } = await loadEngines()
    if (closing) throw closed
    return workers
  }
  /** A dead host is told of elsewhere. */
  const tellHost = (tell: (host: HostApi) => Promise<void>): void =>
    void hostLink?.then((link) => tell(link.remote)).catch(() => undefined)
  const page: PageApi = {
    async startEngine(engine) {
      const port = (await (await liveWorkers()).get(engine)).openPort()
      return transfer(port, [port])
    },
    endEngine(engine, reason) {
      engines?.workers.end(engine, HomingError.from(reason))
      return Promise.resolve()
    },
    retireEngine(engine) {
      engines?.workers.retire(engine)
      return Promise.resolve()
    },
    getToken: async () => given.getToken?.(),
    // Asked where the options have it.
    signUrls: async (places) => (given.signUrls as SignUrlsHook)(places),
    persistStorage,
  }
  const hostConfig = async (): Promise<HostConfig> => {
    if (!given.telemetry) return options.host
    const { telemetryConfig } = await import('./telemetry/telemetry-config.ts')
    return { ...options.host, telemetry: telemetryConfig(given.telemetry, given.app) }
  }
  const startHost = (): Promise<WorkerLink<HostApi>> => {
    const forget = (): void => {
      if (hostLink !== started) return // another may run by now
      hostLink = undefined
      hostLimit.died()
    }
    const connect = async (): Promise<WorkerLink<HostApi>> => {
      const link = await startWorker<HostApi>('host', given.workers?.host ?? defaultHost, await hostConfig())
      void link.died.then((error) => {
        forget()
        if (closing) return
        engines?.workers.terminate(error) // what they have loaded is known to the dead host alone
        for (const listener of [...lostListeners]) listener()
      })
      await link.remote.connect(proxy(page))
      return link
    }
    const started = connect()
    started.catch(forget)
    loadEngines().catch(() => undefined) // told to who needs one
    return started
  }
  const hostLimit = restartLimit('host', () => performance.now())
  const liveHost = async (): Promise<WorkerLink<HostApi>> => {
    if (closing) throw closed
    if (!hostLink) hostLimit.check()
    return (hostLink ??= startHost())
  }
  const nudge = (): void => {
    if (document.visibilityState === 'visible') tellHost((host) => host.nudge())
  }
  document.addEventListener('visibilitychange', nudge)
  addEventListener('focus', nudge)
  addEventListener('online', nudge)

  const shutDown = async (): Promise<void> => {
    document.removeEventListener('visibilitychange', nudge)
    removeEventListener('focus', nudge)
    removeEventListener('online', nudge)
    const link = await hostLink?.catch(() => undefined)
    await link?.remote.shutdown().catch(() => undefined) // dead already: nothing is left to shut down
    engines?.workers.terminate(closed)
    link?.terminate(closed)
  }
  return {
    host: async () => (await liveHost()).remote,
    engine: async (engine) => (await (await liveWorkers()).get(engine)).remote,
    calls: async (engine) => (await (await liveWorkers()).get(engine)).calls,
    openCalls: (engine) => (closing ? undefined : engines?.workers.running(engine)?.calls),
    // Whoever calls an engine has loaded it.
    watch: (engine, model) => engines?.calls.begin(engine, model) ?? (() => undefined),
    watched: (engine, model, call) => engines?.calls.during(engine, model, call) ?? call,
    async startTraining(engine) {
      const { startTrainingWorker } = await import('./training-worker.ts')
      if (closing) throw closed
      return startTrainingWorker(engine, options.runtime, given.workers ?? {})
    },
    onHostLost(listener) {
      lostListeners.add(listener)
      return () => void lostListeners.delete(listener)
    },
    close: () => (closing ??= shutDown()),
  }
}

/** False where the browser refuses, or has no storage manager (insecure contexts). Firefox asks the user. */
async function persistStorage(): Promise<boolean> {
  const { storage } = navigator as { storage?: Partial<StorageManager> }
  return (await storage?.persisted?.()) === true || ((await storage?.persist?.()) ?? false)
}
