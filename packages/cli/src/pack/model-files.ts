import type { Parameters, Pipeline, Signature } from '@homing/protocol'

import type { BlobWriter } from './blob-writer.ts'

/** A model taken apart, whatever its engine. */
export interface ModelFiles {
  /** ONNX graph, or topology of TensorFlow.js, without parameters. */
  readonly graph: Uint8Array<ArrayBuffer>
  readonly signature: Signature
  /** What the model itself says of its outputs, where the publisher declares no pipeline. */
  readonly pipeline?: Pipeline
  /** Writes the parameters as shards, one in memory at a time. */
  readonly writeParameters: (write: BlobWriter) => Promise<Parameters>
  /** Closes the files that parameters are read from. */
  readonly close: () => Promise<void>
}
