import { HomingError, type HomingErrorData } from '@homing/protocol'

import type { InferenceEngine } from './engine.ts'
import { type LoadedVersion, loadVersion } from './load-version.ts'
import { ModelQueue } from './model-queue.ts'
import type { Backend, BackendFault, RuntimeApi } from './runtime-api.ts'
import { createTurns } from './turns.ts'

/** Runs models on one engine, on the thread that calls it. */
export function createRuntime(engine: InferenceEngine): RuntimeApi {
  const turns = createTurns()
  const loaded = new Map<number, LoadedVersion>()
  const queues = new Map<string, ModelQueue>()
  const listeners = new Set<(fault: BackendFault) => void>()
  let instances = 0

  const tellFault = (fault: BackendFault): boolean => {
    for (const listener of listeners) listener(fault)
    return listeners.size > 0
  }
  const release = async (version: LoadedVersion): Promise<void> => {
    loaded.delete(version.facts.instance)
    await turns(() => version.session.release())
  }
  const queueOf = (model: string): ModelQueue => {
    const queue = queues.get(model) ?? new ModelQueue(model, turns, tellFault)
    queues.set(model, queue)
    return queue
  }

  return {
    engineVersion: () => engine.version(),

    prepare: (backends) => turns(() => startFirst(engine, backends)),

    async load(request) {
      const version = await loadVersion(engine, turns, request, ++instances)
      loaded.set(version.facts.instance, version)
      return version.facts
    },

    activate(model, instance) {
      const version = loaded.get(instance)
      if (version?.manifest.model !== model) return Promise.reject(notLoaded(model, instance))
      const queue = queueOf(model)
      if (queue.serves(instance)) return Promise.resolve()
      const { before, idle } = queue.serve(version)
      // The switch is made; the old session leaves when its call has ended. What its release throws concerns nobody.
      if (before) idle.then(() => release(before)).catch(() => undefined)
      return Promise.resolve()
    },

    async discard(instance) {
      const version = loaded.get(instance)
      if (!version || queues.get(version.manifest.model)?.serves(instance)) return
      await release(version)
    },

    async predict(model, request, signal) {
      const queue = queues.get(model)
      if (!queue) throw new HomingError('CLOSED', `No version of ${model} serves.`)
      return queue.predict(request, signal)
    },

    async close(model) {
      const queue = queues.get(model)
      if (!queue) return
      queues.delete(model)
      const { before, idle } = queue.close()
      await idle
      if (before) await release(before)
    },

    onFault(listener) {
      listeners.add(listener)
      return Promise.resolve()
    },

    giveUp(model: string, error: HomingErrorData) {
      queues.get(model)?.giveUp(HomingError.from(error))
      return Promise.resolve()
    },
  }
}

async function startFirst(engine: InferenceEngine, backends: readonly Backend[]): Promise<void> {
  for (const backend of backends) {
    try {
      await engine.start(backend)
      return
    } catch {
      // loading tries it again, and tells the reason
    }
  }
}

function notLoaded(model: string, instance: number): HomingError {
  return new HomingError('CLOSED', `Instance ${instance} of ${model} is not loaded.`)
}
