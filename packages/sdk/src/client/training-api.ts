import type { TargetValues, TrainingEvent, TrainingSettings } from '../learning/training-api.ts'
import type { PageInput } from './page-input.ts'

/** Examples to train on. */
export interface TrainingExamples {
  /** As for `predict`, but of many examples: lists of images or rows, or tensors with the examples along the first axis. */
  readonly inputs: Readonly<Record<string, PageInput>>
  /**
   * One label, class index or number for each example, or a tensor of the kind that the package was packed for. Numbers
   * of a regression are in the unit of `predict`.
   */
  readonly targets: TargetValues
}

/** How a model is trained; what is absent is as the package says. */
export interface TrainOptions extends TrainingSettings {
  /** Ends the worker at once; what it has trained is lost. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: TrainingEvent) => void
}
