import { type FaultPlan, followFaultPlans } from '@homing/testkit/fault-plan'

import type { FaultPoint } from '../src/faults/fault-points.ts'
import { losableGpu } from './lose-gpu.ts'

/** A place in the code of this worker, or `now`: where the page is at a step of its own. */
export type EnginePoint = FaultPoint | 'now'

/** The GPU goes away when this worker passes `point` for the next time. */
export interface GpuLoss {
  readonly type: 'lose-gpu'
  readonly point: EnginePoint
}

/** What the worker tells its page once it has heard of a plan or a loss: calls come by another port. */
export interface Armed {
  readonly type: 'armed'
}

/** Makes an engine worker follow the fault plans of its page, and lose its GPU where it is told to. */
export function followEngineFaults(): void {
  const lose = losableGpu()
  let losing: EnginePoint | undefined
  followFaultPlans()
  const scope = globalThis as unknown as EventTarget & {
    homingFaultPoint?: (point: EnginePoint) => void
    postMessage(armed: Armed): void
  }
  const follow = scope.homingFaultPoint
  const pass = (point: EnginePoint): void => {
    follow?.(point)
    if (point !== losing) return
    losing = undefined
    lose()
  }
  scope.homingFaultPoint = pass
  scope.addEventListener('message', (event) => {
    const { data } = event as MessageEvent<GpuLoss | FaultPlan>
    if (data.type === 'lose-gpu') losing = data.point
    if (!['lose-gpu', 'plan'].includes(data.type)) return
    scope.postMessage({ type: 'armed' })
    if (data.point === 'now') pass('now')
  })
}
