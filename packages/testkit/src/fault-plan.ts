/** What a worker does when it passes a fault point for the `time`th time since it was told. */
export interface FaultPlan {
  readonly type: 'plan'
  /** `stop`: stands still there. `full`: its disk has no room left from there on. */
  readonly action: 'stop' | 'full'
  readonly point: string
  /** Default 1. */
  readonly time?: number
}

/** What the worker tells its page, beside its own messages: the points that it passes, and where it stands still. */
export type FaultNews = { readonly type: 'passed' | 'stopped'; readonly point: string; readonly time: number }

/** The worker's global scope, as far as it is used here. Only WebAssembly gives shared memory on every page. */
interface PlannedScope {
  addEventListener(type: 'message', listener: (event: { readonly data: FaultPlan | FaultNews }) => void): void
  postMessage(news: FaultNews): void
  homingFaultPoint?: (point: string) => void
  readonly WebAssembly: { readonly Memory: new (pages: object) => { readonly buffer: SharedArrayBuffer } }
}

/** Makes this worker tell of every fault point that it passes, and follow the plans that its page posts to it. */
export function followFaultPlans(): void {
  const scope = globalThis as unknown as PlannedScope
  const times = new Map<string, number>()
  let plan: FaultPlan | undefined
  let full = false

  scope.addEventListener('message', ({ data }) => {
    if (data.type !== 'plan') return
    plan = data
    times.clear()
  })
  scope.homingFaultPoint = (point) => {
    const time = (times.get(point) ?? 0) + 1
    times.set(point, time)
    scope.postMessage({ type: 'passed', point, time })
    const due = plan?.point === point && (plan.time ?? 1) === time
    full ||= due && plan?.action === 'full'
    if (full && point.endsWith('-begun')) throw new DOMException('No room left', 'QuotaExceededError')
    if (!due || plan?.action !== 'stop') return
    scope.postMessage({ type: 'stopped', point, time })
    standStill(scope)
  }
}

/** For good, also in the middle of a transaction, until somebody kills the worker. */
function standStill({ WebAssembly }: PlannedScope): never {
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  for (;;) Atomics.wait(new Int32Array(buffer), 0, 0)
}
