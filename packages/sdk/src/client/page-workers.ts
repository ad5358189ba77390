import { type Engine, HomingError, isOwnEngine, type OwnEngine } from '@homing/protocol'
import { transfer } from 'comlink'

import type { LibraryConfig } from '../libraries/library-config.ts'
import type { EngineWorkerApi } from '../runtime/runtime-api.ts'
import { startWorker, type WorkerLink } from '../transport/worker-link.ts'
import type { CallPort } from './call-port.ts'
import type { ClientOptions } from './options-api.ts'
import { type RestartLimit, restartLimit } from './restart-limit.ts'

/** A running engine worker. */
interface EngineLink extends WorkerLink<EngineWorkerApi> {
  readonly calls: CallPort
}

/** The engine workers of one page, each started on first use and again after its death. */
export interface EngineWorkers {
  get(engine: Engine): Promise<EngineLink>
  /** One that runs already. */
  running(engine: Engine): EngineLink | undefined
  /** Ends one that hangs, or whose GPU is gone: as if it had died. */
  end(engine: Engine, reason: HomingError): void
  /** Ends one that nobody needs now. It is no death, and nobody is told. */
  retire(engine: Engine): void
  /** Ends those that run; a later `get` starts them again. */
  terminate(error: HomingError): void
}

type WorkerMaker = () => Worker

/** Default makers of engine workers, loaded only when a model needs them. */
const makers: Record<OwnEngine, () => Promise<WorkerMaker>> = {
  onnx: async () => (await import('../onnx.ts')).onnxWorker,
  tfjs: async () => (await import('../tfjs.ts')).tfjsWorker,
}

/** `onLost` is told when a worker died that was not terminated here. */
export function engineWorkers(
  config: LibraryConfig,
  { workers: given = {}, engines = {} }: Pick<ClientOptions, 'workers' | 'engines'>,
  onLost: (engine: Engine) => void,
): EngineWorkers {
  const limits = new Map<Engine, RestartLimit>()
  const links = new Map<Engine, Promise<EngineLink>>()
  const open = new WeakMap<Promise<EngineLink>, EngineLink>()

  /** Makes the worker of an engine. @throws HomingError ENGINE_MISSING where neither the SDK nor the app has it. */
  const makerOf = (engine: Engine): (() => Promise<Worker>) => {
    const own = Object.hasOwn(engines, engine) ? engines[engine] : undefined
    if (own) return () => Promise.resolve().then(own)
    if (isOwnEngine(engine)) return async () => (given[engine] ?? (await makers[engine]()))()
    const message = `The app has no engine "${engine}": pass it to createClient as \`engines.${engine}\`.`
    throw new HomingError('ENGINE_MISSING', message, { details: { engine } })
  }
  const limitOf = (engine: Engine): RestartLimit => {
    const limit = limits.get(engine) ?? restartLimit(engine, () => performance.now())
    limits.set(engine, limit)
    return limit
  }
  const start = (engine: Engine): Promise<EngineLink> => {
    const started = startEngineWorker(engine, makerOf(engine), config)
    const forget = (): void => {
      if (links.get(engine) !== started) return // ended from here, and another may run by now
      links.delete(engine)
      limitOf(engine).died()
    }
    started.then((link) => {
      const { died } = link
      open.set(started, link)
      void died.then((error) => {
        const retired = links.get(engine) !== started
        forget()
        if (error.code === 'WORKER_LOST' && !retired) onLost(engine)
      })
    }, forget)
    links.set(engine, started)
    return started
  }
  return {
    async get(engine) {
      if (!links.has(engine)) limitOf(engine).check()
      return links.get(engine) ?? start(engine)
    },
    running(engine) {
      const link = links.get(engine)
      return link && open.get(link)
    },
    end(engine, reason) {
      links.get(engine)?.then(
        (link) => link.terminate(reason),
        () => undefined,
      )
    },
    retire(engine) {
      const link = links.get(engine)
      links.delete(engine)
      const reason = new HomingError('WORKER_LOST', `The ${engine} worker was ended to give its memory back.`)
      link?.then((running) => running.terminate(reason)).catch(() => undefined) // it did not start
    },
    terminate(error) {
      for (const link of links.values())
        void link.then((running) => running.terminate(error)).catch(() => undefined)
      links.clear()
    },
  }
}

async function startEngineWorker(
  engine: Engine,
  make: () => Promise<Worker>,
  config: LibraryConfig,
): Promise<EngineLink> {
  const loading = import('./call-port.ts') // comes while the worker starts
  loading.catch(() => undefined) // told below
  const link = await startWorker<EngineWorkerApi>(engine, make, config)
  const { callPort } = await loading.catch((error: unknown) => {
    link.terminate(HomingError.from(error))
    throw error
  })
  const { port1, port2 } = new MessageChannel()
  link.remote.openCalls(transfer(port2, [port2])).catch(() => undefined) // it died: calls are told
  return { ...link, calls: callPort(port1, link.died) }
}
