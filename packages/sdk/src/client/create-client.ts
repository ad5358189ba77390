import { HomingError, isModelName } from '@homing/protocol'

import { checkEvent } from './check-event.ts'
import type { ClientOptions, Homing, Model, ModelOptions } from './api.ts'
import { checkUpdates, resolveOptions } from './client-options.ts'
import { createModelHandle, type ModelHandle } from './model-handle.ts'
import { openPageSession } from './page-session.ts'
import { type SharedWait, sharedWait } from './shared-wait.ts'

interface OpenModel {
  readonly handle: ModelHandle
  readonly opening: SharedWait
}

/**
 * Makes a client of one repository. Workers start with the first model.
 * @throws HomingError CONFIG_INVALID naming the option that is missing or malformed.
 */
export function createClient(options: ClientOptions): Homing {
  const session = openPageSession(resolveOptions(options), options.workers ?? {}, options.getToken)
  const models = new Map<string, OpenModel>()
  let closing: Promise<void> | undefined

  const open = (name: string, modelOptions: ModelOptions): OpenModel => {
    const forget = (): void => void models.delete(name)
    const handle = createModelHandle(session, name, modelOptions, forget)
    const opening = sharedWait(async (signal) => {
      try {
        await handle.open(signal)
        signal.throwIfAborted() // too late to stop it, and nobody waits for it
      } catch (error) {
        await handle.model.close()
        throw error
      }
    })
    const entry = { handle, opening }
    models.set(name, entry)
    return entry
  }
  const shutDown = async (): Promise<void> => {
    const closings = [...models.values()].map(({ handle }) => handle.model.close())
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
      checkUpdates(modelOptions.updates)
      const known = models.get(name)
      if (known?.opening.abandoned) await known.handle.model.close() // an aborted one is not given to the next caller
      const { handle, opening } = models.get(name) ?? open(name, modelOptions)
      const stop = modelOptions.onProgress ? handle.onProgress(modelOptions.onProgress) : undefined
      try {
        await opening.wait(modelOptions.signal)
        return handle.model
      } catch (error) {
        throw HomingError.from(error)
      } finally {
        stop?.()
      }
    },
    async check() {
      await (await session.host()).check()
    },
    async record(event, fields = {}) {
      checkEvent(event, fields)
      await (await session.host()).record(event, fields)
    },
    async forget(name) {
      const open = name === undefined ? [...models.values()] : [models.get(name) ?? []].flat()
      await Promise.all(open.map(({ handle }) => handle.model.close()))
      await (await session.host()).forget(name)
    },
    close: () => (closing ??= shutDown()),
  }
}
