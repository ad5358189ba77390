import type { ModelStatus } from '../status-api.ts'
import type { LoggedCall } from './black-box.ts'
import type { CallKeeperDeps } from './call-keeper.ts'
import type * as userTiming from './user-timing.ts'

/** Most calls that wait to be told; what comes beyond is not. */
const maxWaiting = 256

/** Of how many of them at most developer tools are told: an entry takes longer than many a call. */
const maxMeasured = 16

/** What tells them, loaded once there is something to tell. */
type UserTiming = Pick<typeof userTiming, 'measureCall' | 'measureLoad'> & {
  readonly keep: (call: LoggedCall) => void
}

/**
 * Tells developer tools how long stages took, and has calls kept on the device, once the page has nothing better to do: calls
 * do not wait for it.
 */
export interface IdleTiming {
  readonly call: (call: LoggedCall) => void
  readonly load: (status: ModelStatus) => void
}

export function createIdleTiming(keeping: CallKeeperDeps): IdleTiming {
  let waiting: ((to: UserTiming) => void)[] = []
  let loaded: UserTiming | undefined
  const load = async (): Promise<UserTiming> => {
    const [timing, { createCallKeeper }] = await Promise.all([
      import('./user-timing.ts'),
      import('./call-keeper.ts'),
    ])
    return { ...timing, keep: createCallKeeper(keeping) }
  }
  const flush = async (): Promise<void> => {
    loaded ??= await load()
    const all = waiting
    waiting = []
    let measured = 0
    const told: UserTiming = {
      ...loaded,
      measureCall: (call) => {
        if (measured++ < maxMeasured) loaded!.measureCall(call)
      },
    }
    for (const tell of all) tell(told)
  }
  const later = (tell: (to: UserTiming) => void): void => {
    if (waiting.push(tell) > maxWaiting) waiting.pop()
    if (waiting.length > 1) return
    const start = (): void => void flush().catch(() => (waiting = [])) // a page that is gone loads no module
    if (typeof requestIdleCallback === 'function') requestIdleCallback(start, { timeout: 1000 })
    else setTimeout(start)
  }
  return {
    call: (call) =>
      later((timing) => {
        timing.measureCall(call)
        timing.keep(call)
      }),
    load(status) {
      const end = performance.now()
      later((timing) => timing.measureLoad(status, end))
    },
  }
}
