import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import { HomingError } from '@homing/protocol'

import type { PatchMaker } from './patch-maker.ts'
import type { MadePatch } from './patch-worker.ts'

/**
 * A patch maker in a thread of its own, which runs `file` and is started when it is needed: requests are answered beside
 * it. An abort ends the thread in the middle of its work.
 */
export function threadPatchMaker(file: URL): PatchMaker {
  let worker: Worker | undefined

  const start = (): Worker => {
    const started = new Worker(file)
    started.unref()
    return started
  }
  const rest = async (): Promise<void> => {
    const ending = worker
    worker = undefined
    await ending?.terminate()
  }
  return {
    rest,
    async make(pair, signal) {
      signal.throwIfAborted()
      const mine = (worker ??= start())
      const over = new AbortController()
      const answered = once(mine, 'message', { signal: AbortSignal.any([signal, over.signal]) })
      const ended = once(mine, 'exit', { signal: over.signal })
      mine.postMessage(pair, [pair.base.buffer, pair.target.buffer])
      try {
        const made = await Promise.race([
          answered.then(([message]) => message as MadePatch),
          ended.then(() => lost),
        ])
        if ('patch' in made) return made.patch
        throw HomingError.from(made.error)
      } catch (error) {
        signal.throwIfAborted()
        throw error
      } finally {
        over.abort()
        await Promise.allSettled([answered, ended])
        if (signal.aborted) await rest() // what it does now is of no use
      }
    },
  }
}

const lost = {
  error: new HomingError('WORKER_LOST', 'The thread that makes patches ended.').toJSON(),
} satisfies MadePatch
