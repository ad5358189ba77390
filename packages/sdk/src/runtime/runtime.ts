import { HomingError, type HomingErrorData } from '@homing/protocol'

import { faultPoint } from '../faults/fault-point.ts'
import type { ServedModels } from './composition/predict-and-follow.ts'
import type { InferenceEngine } from './engine.ts'
import type { Explainer } from './explanation/explainer.ts'
import { type LoadedVersion, loadVersion } from './load-version.ts'
import { usageMeter } from './engine-usage.ts'
import { pulseMeter } from './pulse-meter.ts'
import type { VersionMeters } from './measure/version-meters.ts'
import { ModelQueue, type QueueListener } from './model-queue.ts'
import { hasFiles } from '../inputs/has-files.ts'
import type { Backend } from '../libraries/backend.ts'
import type { PredictionMemory } from './recall/prediction-memory.ts'
import type { Recall } from './recall/recall.ts'
import type { BackendFault, PredictReply, PredictRequest, RuntimeApi } from './runtime-api.ts'
import { zeroInputs } from './zero-inputs.ts'

/** Runs models on one engine, on the thread that calls it. `heap`: bytes that only the thread's end gives back. */
export function createRuntime(library: InferenceEngine, heap: () => number = () => 0): RuntimeApi {
  const pulse = pulseMeter(library)
  const { turns, engine } = pulse
  const loaded = new Map<number, LoadedVersion>()
  const queues = new Map<string, ModelQueue>()
  const explainers = new Map<number, Promise<Explainer>>()
  const listeners = new Set<(fault: BackendFault) => void>()
  const provenListeners = new Set<(model: string, instance: number) => void>()
  /** After how many runs versions were probed last. */
  const reprobed = new WeakMap<LoadedVersion, number>()
  const wantedListeners = new Set<(model: string) => void>()
  /** Loaded versions that answer from a lookup. */
  const withLookup = new WeakSet<LoadedVersion>()
  let recall: Promise<Recall | undefined> | undefined
  let memory: PredictionMemory | undefined
  const usage = usageMeter(heap)
  let meters: VersionMeters | undefined
  let instances = 0

  const tellFault = (fault: BackendFault): boolean => {
    for (const listener of listeners) listener(fault)
    return listeners.size > 0
  }
  const tellProven = (model: string, instance: number): void => {
    for (const listener of provenListeners) listener(model, instance)
  }
  const tellWanted = (model: string): void => {
    for (const listener of wantedListeners) listener(model)
  }
  const tellEnded: QueueListener['ended'] = (...ended) => meters?.ended(...ended)
  const release = async (version: LoadedVersion): Promise<void> => {
    const { instance } = version.facts
    loaded.delete(instance)
    const explainer = explainers.get(instance)
    explainers.delete(instance)
    await explainer?.then((opened) => opened.release()).catch(() => undefined) // one that did not load holds nothing
    await turns(() => version.session.release())
  }
  const queueOf = (model: string): ModelQueue => {
    const queue =
      queues.get(model) ??
      new ModelQueue(model, turns, {
        fault: tellFault,
        proven: tellProven,
        wanted: tellWanted,
        ended: tellEnded,
      })
    queues.set(model, queue)
    return queue
  }

  const servingQueue = (model: string): ModelQueue => {
    const queue = queues.get(model)
    if (!queue) throw new HomingError('CLOSED', `No version of ${model} serves.`)
    return queue
  }
  /** Loads what answers from memory on first use, where a call or a version has any. */
  const recallOf = (): Promise<Recall | undefined> =>
    (recall ??= import('./recall/recall.ts').then(
      ({ createRecall }) => createRecall(() => memory, tellEnded),
      () => (recall = undefined), // its code could not be fetched: what is not remembered is computed
    ))
  const recalledOrRun: RuntimeApi['predict'] = (model, request, signal) => {
    const queue = servingQueue(model)
    const run = (asked: PredictRequest): Promise<PredictReply> => queue.predict(asked, signal)
    const { cache, hold, held, share } = request
    const version = queue.serving
    const mayRecall = (cache ?? 0) > 0 || (version && withLookup.has(version))
    if (!version || !mayRecall || hold || held || share) return run(request)
    return recallOf().then((found) => (found ? found.answer(version, request, run) : run(request)))
  }
  const served: ServedModels = {
    predict(model, request, signal) {
      try {
        return usage.during(model, recalledOrRun(model, request, signal))
      } catch (error) {
        return Promise.reject(HomingError.from(error)) // no version serves
      }
    },
    serving: (model) => servingQueue(model).serving,
  }
  /** A call whose inputs are to be decoded, or that other models follow. */
  const predictInSteps: RuntimeApi['predict'] = async (model, received, signal) => {
    const request = hasFiles(received.inputs)
      ? await (await loadDecoding()).decodedRequest(received)
      : received
    if (!request.follow) return served.predict(model, request, signal)
    const { predictAndFollow } = await import('./composition/predict-and-follow.ts')
    return predictAndFollow(served, model, request, signal)
  }
  /** Loads what explains on first use: it is no part of a cold start. */
  const openExplainer = async (version: LoadedVersion): Promise<Explainer> => {
    const { createExplainer } = await import('./explanation/explainer.ts')
    return createExplainer(engine, turns, version)
  }
  const explainerOf = async (model: string): Promise<Explainer> => {
    const version = servingQueue(model).serving
    if (!version) throw new HomingError('CLOSED', `No version of ${model} serves.`)
    const { instance } = version.facts
    const known = explainers.get(instance)
    if (known) return known
    const opened = openExplainer(version)
    explainers.set(instance, opened)
    opened.catch(() => explainers.delete(instance))
    return opened
  }

  return {
    engineVersion: () => engine.version(),

    prepare: (backends) => turns(() => startFirst(engine, backends)),

    async load(request, onAttempt, readProbes) {
      const tellAttempt = (backend: Backend): void => onAttempt?.(backend)
      const version = await loadVersion(engine, turns, request, ++instances, tellAttempt, readProbes)
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

    remember(kept) {
      memory = kept
      return Promise.resolve()
    },

    async addLookup(instance, files) {
      const version = loaded.get(instance)
      if (!version?.manifest.lookup) return
      const found = await recallOf()
      if (!found) return
      found.addLookup(version, files)
      withLookup.add(version)
    },

    predict(model, received, signal) {
      faultPoint('call-received')
      return hasFiles(received.inputs) || received.follow
        ? predictInSteps(model, received, signal)
        : served.predict(model, received, signal)
    },

    explain: async (model, request, signal) =>
      usage.during(
        model,
        explainerOf(model).then(async (explainer) =>
          explainer.explain(await (await loadDecoding()).decodedExplanation(request), signal),
        ),
      ),

    loadExplanation: async (model, files) => (await explainerOf(model)).load(files),

    async close(model) {
      const queue = queues.get(model)
      if (!queue) return
      queues.delete(model)
      usage.forget(model)
      const { before, idle } = queue.close()
      await idle
      if (before) await release(before)
    },

    async unload(model) {
      const { before, idle } = queues.get(model)?.sleep() ?? {}
      await idle
      if (before) await release(before)
    },

    usage: () => Promise.resolve(usage.read(pulse.read())),

    onWanted(listener) {
      wantedListeners.add(listener)
      return Promise.resolve()
    },

    async measure(settings, onMeasured) {
      meters?.stop(settings ? 'told' : 'forgotten')
      meters = undefined
      if (settings) {
        const { versionMeters } = await import('./measure/version-meters.ts')
        meters = versionMeters(settings, onMeasured)
      }
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

    async time(instances) {
      const versions = instances.map((instance) => {
        const version = loaded.get(instance)
        if (!version) throw notLoaded('a model', instance)
        return version
      })
      const { timeSessions } = await import('./choose/time-sessions.ts')
      const { use, manifest } = versions[0]!
      const inputs = use.lastInputs ?? zeroInputs(manifest.signature)
      return timeSessions(
        versions.map(({ session }) => session),
        inputs,
        turns,
      )
    },

    async reprobe({ model, instance, index, whenIdle }, readProbes) {
      const version = loaded.get(instance)
      if (!version || !queues.get(model)?.serves(instance)) return 'unused'
      if (version.use.runs === reprobed.get(version)) return 'unused'
      if (whenIdle && pulse.read().work !== 'none') return 'busy'
      const { reprobeSession } = await import('./probe/reprobe-session.ts')
      await reprobeSession(version, turns, readProbes, index)
      reprobed.set(version, version.use.runs)
      return 'passed'
    },

    pulse: () => Promise.resolve(pulse.read()),

    giveUp(model: string, error: HomingErrorData) {
      queues.get(model)?.giveUp(HomingError.from(error))
      return Promise.resolve()
    },
  }
}

/** Few calls hold files, and few are explained. */
const loadDecoding = () => import('./decoded-request.ts')

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
