import { dirname, resolve } from 'node:path'

import {
  AuthorNameSchema,
  LossSchema,
  maxDocumentBytes,
  OptimiserSchema,
  parseJsonBytes,
  parseWith,
  TrainingRecipeSchema,
} from '@homing/protocol'
import * as v from 'valibot'

import { readSmallFile } from '../read-small-file.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1))

/** A loss or optimiser whose every field is one of its kind: a misspelt one must not become a default in silence. */
function strictly<S extends typeof LossSchema | typeof OptimiserSchema>(schema: S) {
  const fieldsOf = (kind: string): readonly string[] =>
    schema.options
      .filter(({ entries }) => entries.kind.literal === kind)
      .flatMap(({ entries }) => Object.keys(entries))
  return v.pipe(
    v.looseObject({ kind: v.picklist(schema.options.map(({ entries }) => entries.kind.literal)) }),
    v.check(
      (value) => Object.keys(value).every((key) => fieldsOf(value.kind).includes(key)),
      'has a field that this kind does not have',
    ),
    schema,
  )
}

/** A recipe, as much of it as the publisher wants to say, and what only packing needs to know. */
export const TrainingConfigSchema = v.strictObject({
  ...v.partial(TrainingRecipeSchema).entries,
  loss: v.optional(
    v.union([
      /** A loss of the publisher's own: an ONNX file. */
      v.strictObject({ kind: v.literal('graph'), file: v.pipe(v.string(), v.minLength(1)) }),
      strictly(LossSchema),
    ]),
  ),
  optimiser: v.optional(strictly(OptimiserSchema)),
  /** Sizes of dynamic dimensions other than the batch, by name. */
  dims: v.optional(v.record(AuthorNameSchema, count)),
})

/** What `pack.json` says of training. Defaults fill in what is absent. */
export type TrainingConfig = v.InferOutput<typeof TrainingConfigSchema>

/** The training config in a file of its own; paths in it are relative to its folder. @throws HomingError CONFIG_INVALID */
export async function readTrainingConfig(path: string): Promise<TrainingConfig> {
  const bytes = await readSmallFile(path, maxDocumentBytes, 'CONFIG_INVALID', path)
  const json = parseJsonBytes(bytes, 'CONFIG_INVALID', path)
  return withPathsFrom(dirname(path), parseWith(TrainingConfigSchema, json, 'CONFIG_INVALID', path))
}

/** The config with its paths seen from `folder`. */
export function withPathsFrom(folder: string, config: TrainingConfig): TrainingConfig {
  const { loss } = config
  return loss && 'file' in loss ? { ...config, loss: { ...loss, file: resolve(folder, loss.file) } } : config
}
