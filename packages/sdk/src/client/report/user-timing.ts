import type { ModelStatus } from '../status-api.ts'
import type { LoggedCall } from './black-box.ts'

/** Stages in the order that they happen in. */
const callStages = ['queue', 'encode', 'run', 'decode'] as const
const loadStages = ['fetch', 'verify', 'start', 'load', 'firstRun'] as const

/**
 * Entries of the User Timing API for a call: `homing:predict` as the page saw it, and its stages within. Workers measure how long
 * stages take; they are laid end to end, the last where the answer came.
 */
export function measureCall({ model, version, backend, began, duration, timings, error }: LoggedCall): void {
  const detail = { model, version, backend, error: error?.code }
  const end = began + duration
  measure('predict', began, end, detail)
  if (timings) layOut(callStages, timings, end, detail)
}

/** Entries for a version that has come to serve: its stages, laid end to end up to now. Some overlap in truth. */
export function measureLoad({ model, version, backend, timings }: ModelStatus, end: number): void {
  layOut(loadStages, timings, end, { model, version, backend })
}

function layOut(
  stages: readonly string[],
  timings: Readonly<Record<string, number | undefined>>,
  end: number,
  detail: object,
): void {
  let at = end
  for (const stage of stages.toReversed()) {
    const time = timings[stage]
    if (time === undefined) continue
    const start = Math.max(0, at - time)
    measure(stage, start, at, detail)
    at = start
  }
}

/** Observers and developer tools are told; the page's own list does not grow with every call. */
function measure(stage: string, start: number, end: number, detail: object): void {
  const name = `homing:${stage}`
  performance.measure(name, { start, end, detail })
  performance.clearMeasures(name)
}
