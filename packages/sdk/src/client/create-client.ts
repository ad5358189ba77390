import { HomingError, isModelName } from '@homing/protocol'

import type { Homing, Model } from './api.ts'
import { resolveOptions } from './client-options.ts'
import type { Composer } from './composition/composer.ts'
import { createModelHandle, type ModelHandle } from './model-handle.ts'
import type { ClientOptions, ModelOptions } from './options-api.ts'
import { openPageSession } from './page-session.ts'
import { createBlackBox } from './report/black-box.ts'
import { createIdleTiming } from './report/idle-timing.ts'
import { type SharedWait, sharedWait } from './shared-wait.ts'
import { lazyTelemetry } from './telemetry/lazy-telemetry.ts'

interface OpenModel {
  readonly options: ModelOptions
  readonly handle: ModelHandle
  readonly opening: SharedWait
  /** The models that name it and are open; `''` is the app. It closes with the last of them. */
  readonly users: Set<string>
}

const theApp = ''

/**
 * Makes a client of one repository. Workers start with the first model.
 * @throws HomingError CONFIG_INVALID naming the option that is missing or malformed.
 */
export function createClient(options: ClientOptions): Homing {
  const session = openPageSession(resolveOptions(options), options)
  const models = new Map<string, OpenModel>()
  const statuses = () => [...models.values()].map(({ handle }) => handle.model.status)
  const keeping = {
    page: crypto.randomUUID(),
    host: () => session.host(),
    statuses,
    wanted: options.blackBox?.calls !== 0 && options.storage !== 'encrypted',
  }
  const timing = createIdleTiming(keeping)
  const blackBox = createBlackBox(options.blackBox, timing.call)
  const telemetry = lazyTelemetry(options.telemetry, session)
  let closing: Promise<void> | undefined

  const open = (name: string, modelOptions: ModelOptions): OpenModel => {
    const forget = (): void => {
      models.delete(name)
      leave(name)
    }
    const handle = createModelHandle(session, name, modelOptions, forget, composer, telemetry, {
      watch: (about, call) => telemetry.watch(about, blackBox.watch(about, call)),
      loaded(status) {
        timing.load(status)
        telemetry.loaded(status)
      },
    })
    const opening = sharedWait(async (signal) => {
      try {
        await checkOptions(modelOptions)
        await handle.open(signal)
        signal.throwIfAborted() // too late to stop it, and nobody waits for it
      } catch (error) {
        await handle.model.close()
        throw error
      }
    })
    const entry = { options: modelOptions, handle, opening, users: new Set<string>() }
    models.set(name, entry)
    return entry
  }
  /** Closes what a model named, and nobody else uses. */
  const leave = (owner: string): void => {
    for (const { handle, users } of models.values())
      if (users.delete(owner) && users.size === 0) void handle.model.close()
  }
  /** Waits until a model is open; an aborted one is not given to the next caller. */
  const opened = async (
    name: string,
    user: string,
    signal: AbortSignal | undefined,
    modelOptions: ModelOptions = {},
  ): Promise<ModelHandle> => {
    const known = models.get(name)
    if (known?.opening.abandoned) await known.handle.model.close()
    const { handle, opening, users } = models.get(name) ?? open(name, modelOptions)
    users.add(user)
    const stop = modelOptions.onProgress ? handle.onProgress(modelOptions.onProgress) : undefined
    try {
      await opening.wait(signal)
      return handle
    } finally {
      stop?.()
    }
  }
  let composing: Promise<Composer> | undefined
  /** Few versions name others: what runs them together is no part of an ordinary page. */
  const composer = (): Promise<Composer> =>
    (composing ??= import('./composition/composer.ts').then(({ createComposer }) =>
      createComposer({
        open: async (name, owner, signal) => {
          const { backends } = models.get(owner)?.options ?? {} // tensors pass on one backend
          return (await opened(name, owner, signal, backends ? { backends } : {})).member
        },
        remote: options.remote,
      }),
    ))
  /** Opens what a model names; one that cannot run as its version says is not given to the app. */
  const openBehind = async (handle: ModelHandle, signal: AbortSignal | undefined): Promise<void> => {
    try {
      await (await composer()).open(handle.member, signal)
    } catch (error) {
      await handle.model.close()
      throw error
    }
  }
  const shutDown = async (): Promise<void> => {
    const closings = [...models.values()].map(({ handle }) => handle.model.close())
    await telemetry.close()
    await session.close() // ends the workers, and so also a closing that waits for a hung engine
    await Promise.all(closings)
  }
  return {
    async model(name, modelOptions = {}): Promise<Model> {
      if (closing)
        throw new HomingError('CLOSED', 'The client was closed. Make a new one with createClient().')
      if (!isModelName(name)) {
        throw new HomingError(
          'MODEL_UNKNOWN',
          `"${String(name)}" is no model name: use lower-case letters, digits and hyphens.`,
        )
      }
      try {
        const [handle] = await Promise.all([
          opened(name, theApp, modelOptions.signal, modelOptions),
          checkOptions(modelOptions),
        ])
        const { next, guards } = handle.member.serving() ?? {}
        if (next ?? guards) await openBehind(handle, modelOptions.signal)
        return handle.model
      } catch (error) {
        throw HomingError.from(error)
      }
    },
    telemetry,
    track: async (goal, value, of) => (await telemetry.page()).ask('track', goal, value, of),
    async check() {
      await (await session.host()).check()
    },
    async record(event, fields = {}) {
      const { checkEvent } = await import('./check-event.ts')
      checkEvent(event, fields)
      await (await session.host()).record(event, fields)
    },
    async forget(name) {
      const open = name === undefined ? [...models.values()] : [models.get(name) ?? []].flat()
      await Promise.all(open.map(({ handle }) => handle.model.close()))
      await (await session.host()).forget(name)
      if (options.telemetry) await (await telemetry.page()).ask('erase')
    },
    async report() {
      const { writeReport } = await import('./report/write-report.ts')
      return writeReport(options.app, statuses(), blackBox, keeping)
    },
    close: () => (closing ??= shutDown()),
  }
}

/** Most models are opened without those that have to be checked. @throws HomingError CONFIG_INVALID naming the option. */
async function checkOptions(options: ModelOptions): Promise<void> {
  const { updates, batching, queueLimit, cache } = options
  if ([updates, batching, queueLimit, cache].every((option) => option === undefined)) return
  const { checkModelOptions } = await import('./check-model-options.ts')
  checkModelOptions(options)
}
