import type { Pipeline, Signature, Training } from '@homing/protocol'

import type { TrainingConfig } from './training-config.ts'

/** What is said of a package when its training is written. */
export interface TrainingPlan {
  readonly config: TrainingConfig
  readonly signature: Signature
  readonly pipeline: Pipeline | undefined
  /** SHA-256 of the inference graph. */
  readonly inference: string
}

/** A manifest's training section whose graph is still to be stored. */
export interface WrittenTraining {
  readonly section: Omit<Training, 'graph'>
  /** ONNX packages only. */
  readonly graph?: {
    readonly bytes: Uint8Array<ArrayBuffer>
    /** Operators that a device runs on its CPU also where the others run on WebGPU. */
    readonly onCpu: readonly string[]
    readonly names: Omit<NonNullable<Training['graph']>, 'file'>
  }
}
