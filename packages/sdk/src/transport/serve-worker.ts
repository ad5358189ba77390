import { HomingError } from '@homing/protocol'
import { expose } from 'comlink'

import { beatInterval } from './config.ts'
import { installTransferHandlers } from './transfer-handlers.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** The global scope of a dedicated worker, as far as it is used here. */
interface WorkerScope {
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void
  postMessage(message: FromWorker): void
}

/**
 * Makes this worker serve the API that `create` returns for the page's configuration: on the port that came with
 * the start, and on every port that the page sends later.
 */
export function serveWorker(create: (config: never) => object): void {
  const scope = globalThis as unknown as WorkerScope
  let api: object | undefined
  scope.addEventListener('message', ({ data }) => {
    switch (data.type) {
      case 'start':
        try {
          installTransferHandlers()
          api = create(data.config as never)
          expose(api, data.port)
          showLife(scope, data.lock)
        } catch (error) {
          scope.postMessage({ type: 'failed', error: HomingError.from(error).toJSON() })
        }
        break
      case 'port':
        if (api) expose(api, data.port)
        break
    }
  })
}

/** Holds a Web Lock until the worker dies, or beats where there are none; says `ready` once the page can rely on it. */
function showLife(scope: WorkerScope, lock: string): void {
  const beat = (): void => {
    scope.postMessage({ type: 'ready', beats: true })
    setInterval(() => scope.postMessage({ type: 'beat' }), beatInterval)
  }
  const locks = (navigator as { locks?: LockManager }).locks
  if (!locks) {
    beat()
    return
  }
  const hold = (): Promise<never> => {
    scope.postMessage({ type: 'ready', beats: false })
    return new Promise<never>(() => undefined)
  }
  locks.request(lock, hold).catch(beat) // Chromium refuses locks where the user blocks site data
}
