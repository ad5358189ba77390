import { HomingError, type Signature } from '@homing/protocol'
import { proxy } from 'comlink'

import type { Model, PredictOptions, Prediction } from './api.ts'
import type { Composer } from './composition/composer.ts'
import type { Member } from './composition/member.ts'
import type { HostApi, ModelEvent, OpenOptions, Serving } from './host-api.ts'
import { listenerSet } from './listener-set.ts'
import { loadedTakers, loadTakers } from './loaded-takers.ts'
import { createModelCalls } from './model-calls.ts'
import type { ModelTraining } from './model-training.ts'
import type { ModelOptions } from './options-api.ts'
import type { PageInput } from './page-input.ts'
import type { PageSession } from './page-session.ts'
import { present } from './present.ts'
import { repeatedCalls } from './repeated-calls.ts'
import type { Watching } from './report/black-box.ts'
import type { ModelStatus, Progress } from './status-api.ts'
import type { LazyTelemetry } from './telemetry/lazy-telemetry.ts'
import { updatePolicies, type UpdatePolicy } from './update-policy.ts'
import { withSignal } from './with-signal.ts'

/** A model as its client holds it. */
export interface ModelHandle {
  readonly model: Model
  /** Resolves when a version serves; aborting stops the download. */
  open(signal: AbortSignal): Promise<void>
  onProgress(listener: (progress: Progress) => void): () => void
  /** What models that name it, or that it names, use of it. */
  readonly member: Member
}

/** The page's side of an open model. `onClose` tells the client to forget it. */
export function createModelHandle(
  session: PageSession,
  name: string,
  options: ModelOptions,
  onClose: () => void,
  composer: () => Promise<Composer>,
  telemetry: Pick<LazyTelemetry, 'page'>,
  watching: Watching,
): ModelHandle {
  let wish: OpenOptions = pick(options)
  let status = initialStatus(name, wish.updates ?? updatePolicies[0])
  let serving: Serving | undefined
  /** Whether the serving version has left the memory. */
  let asleep = false
  let opened: Promise<void> = Promise.resolve()
  let closing: Promise<void> | undefined
  const statusListeners = listenerSet<ModelStatus>()
  const progressListeners = listenerSet<Progress>()

  const show = (next: ModelStatus): void => {
    if (next.version !== undefined && next.version !== status.version) watching.loaded(next)
    status = next
    statusListeners.tell(next)
  }
  const onEvent = (event: ModelEvent): Promise<void> => {
    if (event.type === 'progress') progressListeners.tell(event.progress)
    else if (event.type === 'asleep') asleep = true
    else if (event.type === 'serving') {
      serving = event.serving
      asleep = false
    } else if (event.type === 'forgotten') void model.close()
    else if (!closing) show(status.guards ? { ...event.status, guards: status.guards } : event.status)
    return Promise.resolve()
  }
  const open = (signal?: AbortSignal): Promise<void> => {
    opened = session.host().then((host) => host.open(name, wish, proxy(onEvent), signal))
    opened.catch(() => undefined) // told to whoever waits for it
    return opened
  }
  const reopen = (): Promise<void> =>
    open().catch((error: unknown) => {
      const failed = HomingError.from(error)
      if (!closing) show({ ...status, state: { name: 'failed', error: failed.toJSON() } })
      throw failed
    })
  const stopWatching = session.onHostLost(() => void reopen().catch(() => undefined))

  const ask = async (call: (host: HostApi) => Promise<void>): Promise<ModelStatus> => {
    if (closing) throw closedError(name)
    await call(await session.host())
    return status
  }
  /** Waits until the model serves again after a worker died or the engine changed under the call. */
  const repaired = async (): Promise<void> => {
    const last = opened
    await last.catch(() => (opened === last && !closing ? reopen() : opened)) // the calls that wait share one more try
    await (await session.host()).ready(name)
  }

  const isClosing = (): boolean => closing !== undefined
  const repeated = repeatedCalls(isClosing, repaired)
  const awake = () => (asleep ? undefined : serving)
  const calls = createModelCalls({ name, session, serving: awake, isClosing, repeated, queue: options })
  let training: Promise<ModelTraining> | undefined
  const loadTraining = async (): Promise<ModelTraining> =>
    (await import('./model-training.ts')).createModelTraining(session, name, repeated)

  const member: Member = {
    name,
    calls,
    serving: () => serving,
    isClosing,
    repaired,
    remote: options.remote,
    showGuards: (guards) => {
      if (!closing) show({ ...status, guards })
    },
  }

  const predict = async (
    inputs: Readonly<Record<string, PageInput>>,
    how: PredictOptions = {},
  ): Promise<Prediction> => {
    if (closing) throw closedError(name)
    const composed = serving && (serving.next ?? serving.guards)
    return watching.watch({ status, serving, inputs, transfer: how.transfer === true }, () =>
      composed
        ? composer().then((together) => together.predict(member, inputs, how))
        : calls.predict(inputs, how),
    )
  }

  const shutDown = async (): Promise<void> => {
    stopWatching()
    void training?.then((runs) => runs.close(closedError(name))).catch(() => undefined) // told to whoever trains
    const left = session
      .host()
      .then((host) => host.close(name))
      .catch(() => undefined) // a closed client has closed its models
    onClose() // after the host was told: a listener may open the model again
    show({ ...status, state: { name: 'closed' } })
    await left
    statusListeners.clear()
    progressListeners.clear()
  }

  const model: Model = {
    name,
    get signature(): Signature {
      if (!serving) throw closedError(name)
      return serving.signature
    },
    get status() {
      const { waiting, limit } = calls.count
      return waiting === 0 ? status : { ...status, queue: { waiting, limit } }
    },
    predict,
    async *predictAll(inputs, how = {}) {
      const { predictAll } = await import('./predict-all.ts')
      yield* predictAll(inputs, (each, signal) => predict(each, { signal, priority: 'background' }), how)
    },
    async explain(inputs, how = {}) {
      if (closing) throw closedError(name)
      return calls.explain(inputs, how)
    },
    async train(examples, { onEvent, signal: outer, ...options } = {}) {
      if (closing) throw closedError(name)
      const taken = loadedTakers().takeExamples(examples, options)
      return withSignal(outer, async (signal) =>
        (await (training ??= loadTraining())).train(taken, onEvent, signal),
      )
    },
    feedback: async (id, facts) => (await telemetry.page()).ask('feedback', name, id, facts),
    subscribe: (listener) => statusListeners.add(listener, status),
    update: () => ask((host) => host.update(name)),
    retry: () => ask((host) => host.retry(name)),
    rollback: () => ask((host) => host.rollback(name)),
    async pin(version) {
      const { version: _, ...rest } = wish
      if (version === null) wish = rest
      const pinned = await ask((host) => host.pin(name, version))
      if (version !== null) wish = { ...wish, version }
      return pinned
    },
    async setUpdates(policy: UpdatePolicy) {
      ;(await import('./check-model-options.ts')).checkUpdates(policy)
      wish = { ...wish, updates: policy }
      return ask((host) => host.setUpdates(name, policy))
    },
    async setBackends(backends) {
      const chosen = await ask((host) => host.setBackends(name, backends))
      const { backends: _, ...rest } = wish
      wish = backends ? { ...rest, backends } : rest
      return chosen
    },
    close() {
      if (closing) return closing
      let end!: (done: Promise<void>) => void
      closing = new Promise((resolve) => (end = resolve)) // before listeners are told: they may call this again
      end(shutDown())
      return closing
    },
  }
  return {
    model,
    member,
    open: async (signal) => void (await Promise.all([open(signal), loadTakers()])),
    onProgress: (listener) => progressListeners.add(listener),
  }
}

function pick({ version, backends, precisions, updates }: ModelOptions): OpenOptions {
  return present({ version, backends, precisions, updates })
}

function closedError(name: string): HomingError {
  return new HomingError('CLOSED', `Model ${name} was closed. Open it again with homing.model("${name}").`)
}

function initialStatus(model: string, policy: UpdatePolicy): ModelStatus {
  return {
    model,
    state: { name: 'empty' },
    fallbacks: [],
    restarts: 0,
    storage: { kind: 'memory', usage: 0 },
    update: { policy, state: { name: 'empty' } },
    timings: {},
  }
}
