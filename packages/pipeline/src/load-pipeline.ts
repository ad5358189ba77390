import type { Pipeline, Signature } from '@homing/protocol'

import { type CompiledPipeline, compileWith } from './compile-with.ts'

/**
 * `compilePipeline` that brings in the code for the kinds of input that the pipeline has, and no other: a page that reads images
 * does not load what reads tables.
 * @throws HomingError PIPELINE_INVALID, `details.path` naming the place.
 */
export async function loadPipeline(
  pipeline: Pipeline | undefined,
  signature: Signature,
): Promise<CompiledPipeline> {
  const has = (kind: 'image' | 'table'): boolean =>
    pipeline?.inputs.some((input) => input.kind === kind) ?? false
  const [image, table] = await Promise.all([
    has('image') ? import('./image/image-encoder.ts') : undefined,
    has('table') ? import('./table/table-encoder.ts') : undefined,
  ])
  const encoders = {
    ...(image && { image: image.imageEncoder }),
    ...(table && { table: table.tableEncoder }),
  }
  return compileWith(encoders, pipeline, signature)
}
