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

/** One member of a variant by kind. */
interface KindSchema {
  readonly entries: { readonly kind: { readonly literal: string } }
}

/** The protocol's losses, and the file of one that is a graph. */
const LossConfigSchema = v.variant('kind', [
  v.object({ kind: v.literal('graph'), file: v.pipe(v.string(), v.minLength(1)) }),
  ...LossSchema.options,
])

/** Whether each field is one of the value's kind: a misspelt one must not become a default in silence. */
const fieldsFit = (options: readonly KindSchema[]) =>
  v.check<{ kind: string }, string>((value) => {
    const fields = options
      .filter(({ entries }) => entries.kind.literal === value.kind)
      .flatMap(({ entries }) => Object.keys(entries))
    return fields.length === 0 || Object.keys(value).every((field) => fields.includes(field))
  }, 'has a field that this kind does not have')

const AnyKindSchema = v.looseObject({ kind: v.string() })

/** A recipe, as much of it as the publisher wants to say, and what only packing needs to know. */
export const TrainingConfigSchema = v.strictObject({
  ...v.partial(TrainingRecipeSchema).entries,
  loss: v.optional(v.pipe(AnyKindSchema, fieldsFit(LossConfigSchema.options), LossConfigSchema)),
  optimiser: v.optional(v.pipe(AnyKindSchema, fieldsFit(OptimiserSchema.options), OptimiserSchema)),
  /** Low-rank adapters (LoRA) that are put on weights and trained in their stead. */
  adapters: v.optional(
    v.strictObject({
      /** Names of weights of MatMul, Gemm and Conv; `*` stands for any run of characters. */
      weights: v.pipe(v.array(AuthorNameSchema), v.minLength(1)),
      rank: count,
      /** Their product is multiplied by alpha / rank. The rank when absent. */
      alpha: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0))),
      /** Of the random numbers that they begin with. 1 when absent. */
      seed: v.optional(v.pipe(v.number(), v.safeInteger())),
    }),
  ),
  /** Sizes of dynamic dimensions other than the batch, by name. */
  dims: v.optional(v.record(AuthorNameSchema, count)),
})

/** Low-rank adapters, as a publisher asks for them. */
export type Adapters = NonNullable<v.InferOutput<typeof TrainingConfigSchema>['adapters']>

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
