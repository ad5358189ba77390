import * as v from 'valibot'

import { maxRank } from './config.ts'
import { AuthorNameSchema } from './names.ts'

/** Data types of tensors that a caller can pass or receive. `float16` travels as its bits in a Uint16Array. */
export const dtypes = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
  'string',
] as const

/** Data type of a tensor at the model's boundary. */
export type DType = (typeof dtypes)[number]

/** The array that carries a tensor of each data type. */
export interface TensorDataByDType {
  float32: Float32Array
  float64: Float64Array
  float16: Uint16Array
  int8: Int8Array
  uint8: Uint8Array
  int16: Int16Array
  uint16: Uint16Array
  int32: Int32Array
  uint32: Uint32Array
  int64: BigInt64Array
  uint64: BigUint64Array
  bool: Uint8Array
  string: string[]
}

/** A tensor at the model's boundary: row-major `data` of `shape`. A scalar has the shape `[]`. */
export type Tensor = {
  [D in DType]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: TensorDataByDType[D] }
}[DType]

const DimSchema = v.union([v.pipe(v.number(), v.safeInteger(), v.minValue(0)), AuthorNameSchema])

/** Name, dtype and shape of an input or output. A string names a dynamic dimension; equal names have equal sizes. */
export const TensorSpecSchema = v.object({
  name: AuthorNameSchema,
  dtype: v.picklist(dtypes),
  shape: v.pipe(v.array(DimSchema), v.maxLength(maxRank)),
  /** Inputs only: true when NaN and infinities are refused. */
  finite: v.optional(v.boolean()),
})

/** Name, dtype and shape of an input or output. */
export type TensorSpec = v.InferOutput<typeof TensorSpecSchema>

/** What a model takes and gives. A call that does not match is refused. */
export const SignatureSchema = v.object({
  inputs: v.pipe(v.array(TensorSpecSchema), v.minLength(1), v.maxLength(1024)),
  outputs: v.pipe(v.array(TensorSpecSchema), v.minLength(1), v.maxLength(1024)),
})

/** What a model takes and gives. */
export type Signature = v.InferOutput<typeof SignatureSchema>
