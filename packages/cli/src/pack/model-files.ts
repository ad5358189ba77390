import type { Parameters, Pipeline, Signature } from '@homing/protocol'

import type { BlobWriter } from './blob-writer.ts'
import type { ExplanationPlan, WrittenExplanation } from './explanation/onnx-explanation.ts'
import type { TrainingPlan, WrittenTraining } from './training/training-plan.ts'

/** A model taken apart, whatever its engine. */
export interface ModelFiles {
  /** ONNX graph, or topology of TensorFlow.js, without parameters. */
  readonly graph: Uint8Array<ArrayBuffer>
  readonly signature: Signature
  /** What the model itself says of its outputs, where the publisher declares no pipeline. */
  readonly pipeline?: Pipeline
  /** Writes the parameters as shards, one in memory at a time. */
  readonly writeParameters: (write: BlobWriter) => Promise<Parameters>
  /** Writes what devices train the package with. */
  readonly training: (plan: TrainingPlan) => WrittenTraining | Promise<WrittenTraining>
  /** Writes what devices explain predictions with. */
  readonly explanation: (plan: ExplanationPlan) => WrittenExplanation
  /** Closes the files that parameters are read from. */
  readonly close: () => Promise<void>
}
