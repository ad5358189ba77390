import type { Pipeline, Signature } from '@homing/protocol'

import { type CompiledPipeline, compileWith } from './compile-with.ts'
import { imageEncoder } from './image/image-encoder.ts'
import { tableEncoder } from './table/table-encoder.ts'

/**
 * Checks once that `pipeline` fits `signature` and prepares it. Without a pipeline, tensors pass as they are.
 * @throws HomingError PIPELINE_INVALID, `details.path` naming the place.
 */
export function compilePipeline(pipeline: Pipeline | undefined, signature: Signature): CompiledPipeline {
  return compileWith({ image: imageEncoder, table: tableEncoder }, pipeline, signature)
}
