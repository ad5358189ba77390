import type { PipelineInput } from '@homing/pipeline'
import type { Correlation, FeatureSummary, Tensor } from '@homing/protocol'

/** What an input was like, as it was given and as the model got it. */
export interface TakenInput {
  readonly raw: Record<string, FeatureSummary>
  readonly processed: Record<string, FeatureSummary>
  readonly correlation?: Correlation | undefined
}

/** Measures one input of a version. Nothing that it is given is kept. */
export interface InputMeter {
  /** What a call was given; `failed`: the feature whose check refused it. */
  given(inputs: Readonly<Record<string, PipelineInput>>, failed?: string): void
  /** What the pipeline made of it. */
  encoded(tensors: Readonly<Record<string, Tensor>>): void
  /** What was measured since the last time. */
  take(): TakenInput
  /** Tells the raw features of one sample. */
  sample(
    inputs: Readonly<Record<string, PipelineInput>>,
    sample: number,
    visit: (name: string, value: unknown) => void,
  ): void
}
