import {
  AuthorNameSchema,
  HomingError,
  maxGraphBytes,
  maxRank,
  parseJsonBytes,
  parseWith,
} from '@homing/protocol'
import * as v from 'valibot'

import { readSmallFile } from './read-small-file.ts'

const DimSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const WeightSchema = v.looseObject({
  name: AuthorNameSchema,
  shape: v.pipe(v.array(DimSchema), v.maxLength(maxRank)),
  dtype: v.string(),
  quantization: v.optional(v.looseObject({ dtype: v.string() })),
})

/** The file that tfjs and its converter save beside the weights. What is not listed is kept where tfjs reads it. */
const ModelJsonSchema = v.looseObject({
  format: v.optional(v.nullable(v.picklist(['layers-model', 'graph-model']))),
  modelTopology: v.looseObject({}),
  weightsManifest: v.pipe(
    v.array(v.looseObject({ paths: v.array(v.string()), weights: v.array(WeightSchema) })),
    v.maxLength(65_536),
  ),
})

/** A weight as a manifest of tfjs lists it. */
export type TfjsWeight = v.InferOutput<typeof WeightSchema>

/** A tfjs model without its weights' bytes. */
export interface TfjsModelJson {
  readonly format: 'layers-model' | 'graph-model'
  /** `ModelArtifacts` of tfjs-core without `weightData`: what `tf.io.fromMemory` takes beside it. */
  readonly artifacts: Readonly<Record<string, unknown>>
  readonly groups: readonly { readonly paths: readonly string[]; readonly weights: readonly TfjsWeight[] }[]
}

/** Parts of model.json that `ModelArtifacts` has. `trainingConfig` is left out: serving has no use for it. */
const artifactFields = [
  'generatedBy',
  'convertedBy',
  'modelTopology',
  'signature',
  'userDefinedMetadata',
  'modelInitializer',
  'initializerSignature',
]

/** @throws HomingError TFJS_INVALID when the file is not what tfjs saves. */
export async function readModelJson(path: string): Promise<TfjsModelJson> {
  const what = `The tfjs model ${path}`
  const bytes = await readSmallFile(path, maxGraphBytes, 'TFJS_INVALID', what)
  const json = parseWith(ModelJsonSchema, parseJsonBytes(bytes, 'TFJS_INVALID', what), 'TFJS_INVALID', what)
  const format = json.format ?? (Array.isArray(json.modelTopology['node']) ? 'graph-model' : 'layers-model')
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights)
  const names = new Set(weightSpecs.map(({ name }) => name))
  if (names.size !== weightSpecs.length) throw new HomingError('TFJS_INVALID', `${what} names a weight twice`)
  const kept = artifactFields.flatMap((field) => (json[field] == null ? [] : [[field, json[field]] as const]))
  return {
    format,
    artifacts: { format, ...Object.fromEntries(kept), weightSpecs },
    groups: json.weightsManifest,
  }
}
