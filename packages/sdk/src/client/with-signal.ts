import { HomingError } from '@homing/protocol'

/**
 * Runs `call` with a signal of its own that follows `signal`, and aborts it when the call has ended: only then is the
 * port freed by which it crossed to a worker, however long the caller's signal lives.
 * @throws HomingError ABORTED as soon as `signal` aborts, whatever the call is waiting for.
 */
export async function withSignal<T>(
  signal: AbortSignal | undefined,
  call: (signal?: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!signal) return call()
  const own = new AbortController()
  let follow!: () => void
  const aborted = new Promise<never>((_, reject) => {
    follow = () => {
      own.abort(signal.reason)
      reject(new HomingError('ABORTED', 'The call was aborted.', { cause: signal.reason }))
    }
  })
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  try {
    return await Promise.race([aborted, call(own.signal)])
  } finally {
    signal.removeEventListener('abort', follow)
    own.abort()
  }
}
