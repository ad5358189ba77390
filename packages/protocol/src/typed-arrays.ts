import type { DType } from './tensor.ts'

/**
 * The typed array of each data type; strings lie in a plain array. Apart from the schemas, so that an engine's worker, which
 * only reads tensors, carries none.
 */
export const typedArrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<Exclude<DType, 'string'>, unknown>
