import type { HostApi } from '../host-api.ts'
import type { ModelStatus } from '../status-api.ts'
import type { LoggedCall } from './black-box.ts'
import { keepInterval, maxKeptCalls } from './config.ts'
import { reportedCall } from './reported-call.ts'

/** What keeping works with. */
export interface CallKeeperDeps {
  readonly host: () => Promise<Pick<HostApi, 'keptCalls'>>
  readonly statuses: () => readonly ModelStatus[]
  /** A random name of this page. */
  readonly page: string
  /** False where the app wants no calls logged, or nothing in the open. */
  readonly wanted: boolean
}

/** Has calls kept on the device now and then, so that those before a crash can be reported after it. */
export function createCallKeeper({
  host,
  statuses,
  page,
  wanted,
}: CallKeeperDeps): (call: LoggedCall) => void {
  let fresh: LoggedCall[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const write = async (): Promise<void> => {
    timer = undefined
    document.removeEventListener('visibilitychange', hurry)
    const known = statuses()
    const calls = await Promise.all(fresh.splice(0).map((call) => reportedCall(call, known)))
    for (const model of new Set(calls.map((call) => call.model)))
      await (await host()).keptCalls(model, { page, calls: calls.filter((call) => call.model === model) })
  }
  const start = (): void => {
    clearTimeout(timer)
    write().catch(() => undefined) // a broken store keeps nothing
  }
  const hurry = (): void => {
    if (document.visibilityState === 'hidden') start() // it may never be shown again
  }
  return (call) => {
    if (!wanted) return
    fresh.push(call)
    if (fresh.length > maxKeptCalls) fresh = fresh.slice(-maxKeptCalls)
    if (timer !== undefined) return
    timer = setTimeout(start, keepInterval)
    document.addEventListener('visibilitychange', hurry)
  }
}
