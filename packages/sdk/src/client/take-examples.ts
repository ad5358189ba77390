import type { TargetValues, TrainingSettings } from '../learning/training-api.ts'
import { type RetainedInputs, retainInputs } from './retained-inputs.ts'
import type { TrainingExamples } from './training-api.ts'

/** Examples and settings as they were when `train()` was called; what is wrong with them is thrown when they are asked for. */
export interface TakenExamples {
  readonly given: TrainingExamples | null
  readonly inputs: Promise<RetainedInputs>
  readonly targets: () => TargetValues
  readonly settings: () => TrainingSettings
}

/** Copies all at once: the caller may change them while what trains is loaded. */
export function takeExamples(given: TrainingExamples | null, options: TrainingSettings): TakenExamples {
  const { inputs, targets }: Partial<TrainingExamples> = given ?? {}
  const retained = retainInputs(inputs!, false)
  retained.catch(() => undefined) // told to whoever trains
  return { given, inputs: retained, targets: copied(targets!), settings: copied(options) }
}

/** Copies now, and throws what is wrong with it later. */
function copied<T>(value: T): () => T {
  try {
    const copy = structuredClone(value)
    return () => copy
  } catch (error) {
    return () => {
      throw error
    }
  }
}
