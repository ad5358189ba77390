import { HomingError, type HomingErrorData } from '@homing/protocol'

import type { InferenceEngine } from './engine.ts'
import { createExplainer, type Explainer } from './explanation/explainer.ts'
import { type LoadedVersion, loadVersion } from './load-version.ts'
import { ModelQueue } from './model-queue.ts'
import type { Backend } from '../libraries/backend.ts'
import type { BackendFault, RuntimeApi } from './runtime-api.ts'
import { createTurns } from './turns.ts'

/** Runs models on one engine, on the thread that calls it. */
export function createRuntime(engine: InferenceEngine): RuntimeApi {
  const turns = createTurns()
  const loaded = new Map<number, LoadedVersion>()
  const queues = new Map<string, ModelQueue>()
  const explainers = new Map<number, Explainer>()
  const listeners = new Set<(fault: BackendFault) => void>()
  const provenListeners = new Set<(model: string, instance: number) => void>()
  let instances = 0

  const tellFault = (fault: BackendFault): boolean => {
    for (const listener of listeners) listener(fault)
    return listeners.size > 0
  }
  const tellProven = (model: string, instance: number): void => {
    for (const listener of provenListeners) listener(model, instance)
  }
  const release = async (version: LoadedVersion): Promise<void> => {
    const { instance } = version.facts
    loaded.delete(instance)
    await explainers.get(instance)?.release()
    explainers.delete(instance)
    await turns(() => version.session.release())
  }
  const queueOf = (model: string): ModelQueue => {
    const queue = queues.get(model) ?? new ModelQueue(model, turns, { fault: tellFault, proven: tellProven })
    queues.set(model, queue)
    return queue
  }

  const servingQueue = (model: string): ModelQueue => {
    const queue = queues.get(model)
    if (!queue) throw new HomingError('CLOSED', `No version of ${model} serves.`)
    return queue
  }
  const explainerOf = (model: string): Explainer => {
    const version = servingQueue(model).serving!
    const { instance } = version.facts
    const explainer = explainers.get(instance) ?? createExplainer(engine, turns, version)
    explainers.set(instance, explainer)
    return explainer
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
      return servingQueue(model).predict(request, signal)
    },

    explain: async (model, request, signal) => explainerOf(model).explain(request, signal),

    loadExplanation: async (model, files) => explainerOf(model).load(files),

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

    onProven(listener) {
      provenListeners.add(listener)
      return Promise.resolve()
    },

    async answersFailed(model, instance) {
      const version = loaded.get(instance)
      return version?.manifest.model === model && (await queueOf(model).answersFailed(version))
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
