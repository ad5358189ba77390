import type { Engine, HomingError } from '@homing/protocol'

import type { RuntimeApi, RuntimeConfig } from '../runtime/runtime-api.ts'
import { startWorker, type WorkerLink } from '../transport/worker-link.ts'
import type { ClientOptions } from './api.ts'

/** The engine workers of one page, each started on first use and again after its death. */
export interface EngineWorkers {
  get(engine: Engine): Promise<WorkerLink<RuntimeApi>>
  /** Ends those that run; a later `get` starts them again. */
  terminate(error: HomingError): void
}

/** Default makers of engine workers, loaded only when a model needs them. */
const makers: Record<Engine, () => Promise<() => Worker>> = {
  onnx: async () => (await import('../onnx.ts')).onnxWorker,
  tfjs: async () => (await import('../tfjs.ts')).tfjsWorker,
}

/** `onLost` is told when a worker died that was not terminated here. */
export function engineWorkers(
  config: RuntimeConfig,
  given: NonNullable<ClientOptions['workers']>,
  onLost: (engine: Engine) => void,
): EngineWorkers {
  const links = new Map<Engine, Promise<WorkerLink<RuntimeApi>>>()

  const start = async (engine: Engine): Promise<WorkerLink<RuntimeApi>> => {
    const link = await startWorker<RuntimeApi>(engine, given[engine] ?? (await makers[engine]()), config)
    void link.died.then((error) => {
      links.delete(engine)
      if (error.code === 'WORKER_LOST') onLost(engine)
    })
    return link
  }
  return {
    get(engine) {
      const known = links.get(engine)
      if (known) return known
      const started = start(engine)
      links.set(engine, started)
      started.catch(() => links.delete(engine))
      return started
    },
    terminate(error) {
      for (const link of links.values())
        void link.then((running) => running.terminate(error)).catch(() => undefined)
      links.clear()
    },
  }
}
