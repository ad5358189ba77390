import type { PipelineInput } from '@homing/pipeline'

import type { Tensors } from '../engine.ts'
import type { ExplainSettings } from '../explanation-api.ts'
import type { LoadedVersion } from '../load-version.ts'
import type { GivenBaselines } from './baselines.ts'

/** One explanation under way. */
export interface ExplainContext {
  readonly version: LoadedVersion
  readonly settings: ExplainSettings
  readonly inputs: Readonly<Record<string, PipelineInput>>
  readonly given: GivenBaselines
  /** Inputs as the model's tensors, checked. */
  readonly encode: (inputs: Readonly<Record<string, PipelineInput>>) => Tensors
  /** Runs a piece of work on the engine, at its turn; other calls may come in between two. */
  readonly onEngine: <T>(work: () => Promise<T>) => Promise<T>
}
