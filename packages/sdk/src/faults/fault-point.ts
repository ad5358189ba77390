import type { FaultPoint } from './fault-points.ts'

/** `false` in what is published, where bundlers then drop every call; not defined in sources, which tests run. */
declare const __HOMING_FAULT_POINTS__: boolean | undefined

/** What a test does at a fault point, where it says so in a worker's global scope: it may block, but not wait. */
export interface FaultScope {
  homingFaultPoint?: (point: FaultPoint) => void
}

/** Tells a test that the code is at this point. Synchronous: a point may lie inside a transaction. */
export function faultPoint(point: FaultPoint): void {
  if (typeof __HOMING_FAULT_POINTS__ === 'undefined' || __HOMING_FAULT_POINTS__)
    (globalThis as FaultScope).homingFaultPoint?.(point)
}
