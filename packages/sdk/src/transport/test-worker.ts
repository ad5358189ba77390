import { HomingError } from '@homing/protocol'

import { serveWorker } from './serve-worker.ts'

serveWorker((config: { greeting: string }) => ({
  echo: (value: unknown) => ({ ...config, value }),
  fail: () => {
    throw new HomingError('INPUT_SHAPE', 'wrong', {
      details: { expected: [1, 2] },
      cause: new RangeError('beneath'),
    })
  },
  hang: () => new Promise(() => undefined),
  end: () => {
    close()
    return new Promise(() => undefined)
  },
  crash: () => {
    setTimeout(() => {
      throw new Error('uncaught')
    })
  },
  untilAborted: (signal: AbortSignal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true })),
}))
