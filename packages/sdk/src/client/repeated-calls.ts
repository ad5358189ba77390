import { HomingError } from '@homing/protocol'

import { maxReplays } from './config.ts'

/** Makes a call again when the worker behind it died, or the version that it was made for gave way to another. */
export type RepeatedCalls = <T>(call: () => Promise<T>) => Promise<T>

/** `repaired` waits until the model serves again; a model that is closing is not called again. */
export function repeatedCalls(isClosing: () => boolean, repaired: () => Promise<void>): RepeatedCalls {
  return async (call) => {
    for (let replays = 0; ; replays++) {
      try {
        return await call()
      } catch (thrown) {
        const error = HomingError.from(thrown, 'ENGINE_FAILED')
        if (!isLost(error) || isClosing() || replays >= maxReplays) throw error
        await repaired()
      }
    }
  }
}

/** Whether a call failed because its worker died or its version gave way. */
export function isLost({ code }: HomingError): boolean {
  return code === 'WORKER_LOST' || code === 'CLOSED'
}
