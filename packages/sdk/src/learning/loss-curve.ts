import type { StepReport } from './trainer.ts'
import type { TrainingStep } from './training-api.ts'

/** The steps of a run as they are made. */
export interface LossCurve {
  readonly steps: readonly TrainingStep[]
  add(report: StepReport): TrainingStep
  /** The means over an epoch, once its last step was added. */
  epochEnded(): TrainingStep | undefined
}

/** A curve of `steps` steps that take `batch` of the examples each; an epoch takes as many examples as there are. */
export function lossCurve(steps: number, batch: number, examples: number, epochs: number): LossCurve {
  const curve: TrainingStep[] = []
  const epochOf = (step: number): number => Math.min(epochs, Math.ceil((step * batch) / examples))
  return {
    steps: curve,
    add({ loss, metrics }) {
      const step = curve.length + 1
      const added = { step, epoch: epochOf(step), loss, metrics }
      curve.push(added)
      return added
    },
    epochEnded() {
      const step = curve.length
      const epoch = epochOf(step)
      if (step < steps && epochOf(step + 1) === epoch) return undefined
      const ended: TrainingStep[] = []
      for (let at = step - 1; at >= 0 && curve[at]!.epoch === epoch; at--) ended.push(curve[at]!)
      const mean = (value: (step: TrainingStep) => number): number =>
        ended.reduce((sum, each) => sum + value(each), 0) / ended.length
      const names = Object.keys(curve.at(-1)!.metrics)
      const metrics = Object.fromEntries(names.map((name) => [name, mean((each) => each.metrics[name]!)]))
      return { step, epoch, loss: mean(({ loss }) => loss), metrics }
    },
  }
}
