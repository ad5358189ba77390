import type { ModelStatus } from '../status-api.ts'
import type { LoggedCall } from './black-box.ts'
import type { CallKeeperDeps } from './call-keeper.ts'
import type { Noted } from './noted.ts'
import type { createTelling } from './tell-calls.ts'

/** Most that waits to be told; what comes beyond is not. */
const maxWaiting = 256

/**
 * Tells developer tools how long stages took, and has calls kept on the device, once the page has nothing better to do: calls
 * do not wait for it.
 */
export interface IdleTiming {
  readonly call: (call: LoggedCall) => void
  readonly load: (status: ModelStatus) => void
}

export function createIdleTiming(keeping: CallKeeperDeps): IdleTiming {
  let waiting: Noted[] = []
  let tell: ReturnType<typeof createTelling> | undefined
  const flush = async (): Promise<void> => {
    tell ??= (await import('./tell-calls.ts')).createTelling(keeping)
    const all = waiting
    waiting = []
    tell(all)
  }
  const note = (noted: Noted): void => {
    if (waiting.length >= maxWaiting || waiting.push(noted) > 1) return
    const start = (): void => void flush().catch(() => (waiting = [])) // a page that is gone loads no module
    if (typeof requestIdleCallback === 'function') requestIdleCallback(start, { timeout: 1000 })
    else setTimeout(start)
  }
  return { call: note, load: (status) => note({ status, end: performance.now() }) }
}
