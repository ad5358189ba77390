import type { Readable } from 'node:stream'

import { HomingError } from '@homing/protocol'

/**
 * The chunks of `stream`, which stays open when reading stops early, so that the request can still be answered.
 * @throws HomingError TIMEOUT when nothing comes for `idleMs`; ABORTED when it ends before its end.
 */
export async function* untilIdle(stream: Readable, idleMs: number): AsyncGenerator<Uint8Array> {
  const chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>
  let giveUp: (error: HomingError) => void
  const idle = new Promise<never>((_resolve, reject) => (giveUp = reject))
  idle.catch(() => undefined)
  const timer = setTimeout(
    () => giveUp(new HomingError('TIMEOUT', `No byte of the upload came for ${idleMs / 1000} s.`)),
    idleMs,
  )
  try {
    for (;;) {
      const result = await Promise.race([chunks.next().catch(aborted), idle])
      if (result.done) return
      timer.refresh()
      yield result.value
    }
  } finally {
    clearTimeout(timer)
    chunks.return?.().catch(() => undefined) // lets go of the stream, so that its rest can be drained
  }
}

function aborted(cause: unknown): never {
  throw new HomingError('ABORTED', 'The upload was cut off.', { cause })
}
