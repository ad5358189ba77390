import { HomingError } from '@homing/protocol'

/**
 * Runs `call` with a signal that follows `signal` and aborts once `deadline` milliseconds have passed.
 * @throws HomingError DEADLINE_PASSED then, whatever the call makes of the abort.
 */
export async function withDeadline<T>(
  deadline: number | undefined,
  signal: AbortSignal | undefined,
  call: (signal?: AbortSignal) => Promise<T>,
): Promise<T> {
  if (deadline === undefined || deadline > longestTimer) return call(signal)
  const passed = new HomingError('DEADLINE_PASSED', `The call was not answered within ${deadline} ms.`)
  const own = new AbortController()
  const follow = (): void => own.abort(signal?.reason)
  if (signal?.aborted) follow()
  signal?.addEventListener('abort', follow, { once: true })
  const timer = setTimeout(() => own.abort(passed), deadline)
  try {
    return await call(own.signal)
  } catch (error) {
    throw own.signal.reason === passed ? passed : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', follow)
  }
}

/** In milliseconds: timers take no more, some 25 days. */
const longestTimer = 2 ** 31 - 1
