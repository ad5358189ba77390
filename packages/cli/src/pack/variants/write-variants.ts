import { halfModel, joinModel, type ModelProto, quantiseModel, splitModel } from '@homing/onnx'
import { HomingError, type Manifest, type Parameters, type Variant } from '@homing/protocol'

import type { BlobWriter } from '../blob-writer.ts'
import { packedFiles } from '../packed-model.ts'
import type { SmallPrecision } from './variants-config.ts'

const conversions: Readonly<Record<SmallPrecision, (model: ModelProto) => ModelProto>> = {
  fp16: halfModel,
  int8: (model) => quantiseModel(model),
  'int8-dynamic': (model) => quantiseModel(model, { dynamic: true }),
}

/**
 * Writes a packed model in another precision, its shards grouped as in the same variant of `parent`.
 * @throws HomingError CONFIG_INVALID, ONNX_UNSUPPORTED
 */
export async function writeVariant(
  precision: SmallPrecision,
  manifest: Manifest,
  { folder, parent, write }: { folder: string; parent?: Manifest | undefined; write: BlobWriter },
): Promise<Variant> {
  if (manifest.engine !== 'onnx')
    throw new HomingError('CONFIG_INVALID', 'Variants are made of ONNX models: pack this one as ONNX')
  const { graph, parameters } = await packedFiles(folder, manifest)
  const before = parent?.variants?.find((variant) => variant.precision === precision)
  const split = await splitModel(
    conversions[precision](joinModel(graph, parameters)),
    before ? { parent: before.parameters } : {},
  )
  const shards: Parameters['shards'] = []
  for await (const { bytes, sha256 } of split.shards()) shards.push(await write(bytes, sha256))
  return { precision, graph: await write(split.graph), parameters: { ...split.parameters, shards } }
}
