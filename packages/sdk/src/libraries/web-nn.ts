import { HomingError } from '@homing/protocol'

/** The part of WebNN (W3C Web Neural Network API, `navigator.ml`) that is used here. */
interface MachineLearning {
  createContext(options: { deviceType: WebNnDevice }): Promise<unknown>
}

/** What WebNN runs on. Its `cpu` would only be another way to what wasm does. */
export type WebNnDevice = 'npu' | 'gpu'

const devices: readonly WebNnDevice[] = ['npu', 'gpu']

/**
 * The first of a neural processor and a GPU that the browser offers through WebNN.
 * @throws HomingError BACKEND_UNAVAILABLE with the reason.
 */
export async function requireWebNn(): Promise<WebNnDevice> {
  const { ml } = (globalThis as { navigator?: { ml?: MachineLearning } }).navigator ?? {}
  if (!ml) throw new HomingError('BACKEND_UNAVAILABLE', 'This browser has no WebNN.')
  let reason: unknown
  for (const deviceType of devices) {
    try {
      await ml.createContext({ deviceType })
      return deviceType
    } catch (error) {
      reason = error
    }
  }
  const why = reason instanceof Error ? reason.message : String(reason)
  throw new HomingError('BACKEND_UNAVAILABLE', `WebNN is there, but offers neither NPU nor GPU: ${why}`, {
    cause: reason,
  })
}
