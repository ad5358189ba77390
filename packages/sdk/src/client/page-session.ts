import { type Engine, HomingError } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import type { TrainingApi } from '../learning/training-api.ts'
import type { RuntimeApi } from '../runtime/runtime-api.ts'
import { startWorker, type WorkerLink } from '../transport/worker-link.ts'
import type { ClientOptions, SignUrlsHook } from './api.ts'
import type { CallPort } from './call-port.ts'
import { callWatch } from './call-watch.ts'
import type { ResolvedOptions } from './client-options.ts'
import { latePatience } from './config.ts'
import type { HostApi, HostConfig, PageApi } from './host-api.ts'
import { engineWorkers } from './page-workers.ts'
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

  const engines = engineWorkers(options.runtime, given, (engine) => {
    const suspects = calls.takeSuspects(engine)
    void hostLink?.then((link) => link.remote.engineLost(engine, suspects)).catch(() => undefined) // a dead host is told of elsewhere
  })
  const calls = callWatch(patienceFor(options.host.hangLimit), (engine) => {
    void hostLink?.then((link) => link.remote.judge(engine)).catch(() => undefined)
  })
  const page: PageApi = {
    async startEngine(engine) {
      const port = (await engines.get(engine)).openPort()
      return transfer(port, [port])
    },
    endEngine(engine, reason) {
      engines.end(engine, HomingError.from(reason))
      return Promise.resolve()
    },
    retireEngine(engine) {
      engines.retire(engine)
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
        engines.terminate(error) // what they have loaded is known to the dead host alone
        for (const listener of [...lostListeners]) listener()
      })
      await link.remote.connect(proxy(page))
      return link
    }
    const started = connect()
    started.catch(forget)
    return started
  }
  const hostLimit = restartLimit('host', () => performance.now())
  const liveHost = async (): Promise<WorkerLink<HostApi>> => {
    if (closing) throw closed
    if (!hostLink) hostLimit.check()
    return (hostLink ??= startHost())
  }
  const nudge = (): void => {
    if (document.visibilityState === 'visible')
      void hostLink?.then((link) => link.remote.nudge()).catch(() => undefined)
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
    engines.terminate(closed)
    link?.terminate(closed)
  }
  return {
    host: async () => (await liveHost()).remote,
    async engine(engine) {
      if (closing) throw closed
      return (await engines.get(engine)).remote
    },
    async calls(engine) {
      if (closing) throw closed
      return (await engines.get(engine)).calls
    },
    openCalls: (engine) => (closing ? undefined : engines.running(engine)?.calls),
    watch: (engine, model) => calls.begin(engine, model),
    watched: (engine, model, call) => calls.during(engine, model, call),
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

/** How long a call may take before the host looks whether its engine hangs. */
const patienceFor = (hangLimit: number): number => Math.min(latePatience, hangLimit / 2)

/** False where the browser refuses, or has no storage manager (insecure contexts). Firefox asks the user. */
async function persistStorage(): Promise<boolean> {
  const { storage } = navigator as { storage?: Partial<StorageManager> }
  return (await storage?.persisted?.()) === true || ((await storage?.persist?.()) ?? false)
}
