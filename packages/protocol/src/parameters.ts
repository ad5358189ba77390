import * as v from 'valibot'

import { maxRank, maxShardBytes } from './config.ts'
import { AuthorNameSchema, ByteCountSchema, Sha256Schema } from './names.ts'

/** One learned tensor: `size` bytes at `offset` of the parameter file. */
const ParameterTensorSchema = v.object({
  name: AuthorNameSchema,
  dtype: v.pipe(v.string(), v.maxLength(32)),
  shape: v.pipe(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0))), v.maxLength(maxRank)),
  offset: ByteCountSchema,
  size: ByteCountSchema,
})

/** One learned tensor's place in the parameter file. */
export type ParameterTensor = v.InferOutput<typeof ParameterTensorSchema>

/** A parameter file of at most 8 MiB, named by the SHA-256 of its bytes. */
const ShardSchema = v.object({
  sha256: Sha256Schema,
  size: v.pipe(ByteCountSchema, v.minValue(1), v.maxValue(maxShardBytes)),
})

/** The learned tensors: the shards one after another are the virtual file `path` that the graph names. */
export const ParametersSchema = v.object({
  path: AuthorNameSchema,
  size: ByteCountSchema,
  shards: v.pipe(v.array(ShardSchema), v.maxLength(65_536)),
  tensors: v.pipe(v.array(ParameterTensorSchema), v.maxLength(1_000_000)),
})

/** The learned tensors of a version. */
export type Parameters = v.InferOutput<typeof ParametersSchema>

/** What in the parameters does not add up; undefined where all does. */
export function parametersProblem({ shards, size, tensors }: Parameters): string | undefined {
  const total = shards.reduce((sum, shard) => sum + shard.size, 0)
  if (total !== size) return `names ${total} bytes of shards for ${size} bytes of parameters`
  const outside = tensors.find((tensor) => tensor.offset + tensor.size > size)
  return outside && `places tensor "${outside.name}" outside its parameters`
}
