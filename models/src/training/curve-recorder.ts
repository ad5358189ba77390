import type { CurvePoint } from '../report/run-log.ts'
import type { StepReport } from './trainer.ts'

/** Gathers step reports into one point an epoch. */
export interface CurveRecorder {
  /** Takes a step's report; true when it was the last of an epoch. */
  readonly add: (report: StepReport) => boolean
  /** Closes the epoch: its mean loss and metrics, and `figures` measured besides. */
  readonly close: (figures: Readonly<Record<string, number>>) => CurvePoint
  readonly points: readonly CurvePoint[]
}

/** A recorder for epochs of `stepsPerEpoch` steps. */
export function curveRecorder(stepsPerEpoch: number): CurveRecorder {
  const points: CurvePoint[] = []
  let sums: Record<string, number> = {}
  let last = 0
  return {
    points,
    add({ step, loss, metrics }) {
      last = step
      for (const [name, value] of Object.entries({ loss, ...metrics })) sums[name] = (sums[name] ?? 0) + value
      return step % stepsPerEpoch === 0
    },
    close(figures) {
      const means = Object.entries(sums).map(([name, sum]) => [name, sum / stepsPerEpoch] as const)
      const point = {
        epoch: last / stepsPerEpoch,
        step: last,
        figures: { ...Object.fromEntries(means), ...figures },
      }
      points.push(point)
      sums = {}
      return point
    },
  }
}
