/**
 * Runs `call` with a signal of its own that follows `signal`, and aborts it when the call has ended: only then is the
 * port freed by which it crossed to a worker, however long the caller's signal lives.
 */
export async function withSignal<T>(
  signal: AbortSignal | undefined,
  call: (signal?: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!signal) return call()
  const own = new AbortController()
  const follow = (): void => {
    own.abort(signal.reason)
  }
  signal.addEventListener('abort', follow, { once: true })
  try {
    return await call(own.signal)
  } finally {
    signal.removeEventListener('abort', follow)
    own.abort()
  }
}
