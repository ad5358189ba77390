import { HomingError } from '@homing/protocol'

import { workerStartTimeout } from './config.ts'
import { mortalRemote } from './mortal-remote.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** A running worker and the API that it serves. */
export interface WorkerLink<T> {
  readonly remote: T
  /** Resolves with the reason once the worker is dead, however it died. */
  readonly died: Promise<HomingError>
  /** A further port to the same API, to hand to another worker. */
  openPort(): MessagePort
  /** Ends the worker: pending calls reject with `error`. Idempotent. */
  terminate(error: HomingError): void
}

/**
 * Starts a worker that calls `serveWorker` and waits until it is ready.
 * @throws HomingError WORKER_LOST when its script cannot be loaded or throws, TIMEOUT when it does not answer.
 */
export async function startWorker<T>(
  name: string,
  make: () => Worker | Promise<Worker>,
  config: unknown,
): Promise<WorkerLink<T>> {
  const worker = await made(name, make)
  const lock = `homing:worker:${crypto.randomUUID()}`
  const { port1, port2 } = new MessageChannel()
  const { remote, kill } = mortalRemote<T>(port1)
  const watch = new AbortController()

  let tellDeath!: (error: HomingError) => void
  const died = new Promise<HomingError>((resolve) => (tellDeath = resolve))
  const terminate = (error: HomingError): void => {
    watch.abort()
    worker.terminate()
    kill(error)
    tellDeath(error)
  }
  const lost = (why: string, cause?: unknown): void =>
    terminate(
      new HomingError('WORKER_LOST', `The ${name} worker ${why}.`, cause === undefined ? {} : { cause }),
    )

  const post = (message: ToWorker, transfer: Transferable[]): void => worker.postMessage(message, transfer)
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    lost(event.message ? `failed: ${event.message}` : 'could not be loaded')
  })
  worker.addEventListener('messageerror', () => lost('sent a message that could not be read'))

  const ready = new Promise<boolean>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'ready') resolve(data.beats)
      if (data.type === 'failed') terminate(HomingError.from(data.error))
    })
  })
  const late = new HomingError('TIMEOUT', `The ${name} worker did not start within ${workerStartTimeout} ms.`)
  const timer = setTimeout(() => terminate(late), workerStartTimeout)
  post({ type: 'start', lock, config, port: port2 }, [port2])

  const first = await Promise.race([ready, died])
  clearTimeout(timer)
  if (first instanceof HomingError) throw first
  if (first)
    (await import('./watch-beats.ts')).watchBeats(worker, watch.signal, () =>
      lost('stopped giving signs of life'),
    )
  else watchLock(lock, watch.signal, () => lost('ended'))
  return {
    remote,
    died,
    terminate,
    openPort() {
      const channel = new MessageChannel()
      post({ type: 'port', port: channel.port2 }, [channel.port2])
      return channel.port1
    },
  }
}

async function made(name: string, make: () => Worker | Promise<Worker>): Promise<Worker> {
  try {
    return await make()
  } catch (cause) {
    const message = `The ${name} worker could not be made: its script must be of the page's own origin.`
    throw new HomingError('WORKER_LOST', message, { cause })
  }
}

/** The worker holds `lock` for life: being granted it tells of its death, also of a `self.close()`. */
function watchLock(lock: string, signal: AbortSignal, dead: () => void): void {
  navigator.locks.request(lock, { signal }, dead).catch(() => undefined) // rejects when the watch ends
}
