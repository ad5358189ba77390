import { type DType, dtypes, HomingError, type Tensor, type TensorDataByDType } from '@homing/protocol'

import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { tensorBytes, tensorHeader, tensorStrings } from './tensor-bytes.ts'

const arrays = {
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
} as const

/**
 * A stored tensor with its elements in the typed array of its dtype (always a copy).
 * @throws HomingError ONNX_INVALID when the data does not fit, ONNX_UNSUPPORTED for types that have no dtype
 *   (bfloat16, complex, and types below a byte): read those with `tensorBytes`.
 */
export function readTensor(tensor: TensorProto): Tensor {
  const { type, shape, what } = tensorHeader(tensor)
  if (!isDType(type))
    throw new HomingError('ONNX_UNSUPPORTED', `${what} is of type ${type}, which has no typed array`)
  if (type === 'string') return { dtype: type, shape, data: tensorStrings(tensor) }
  // A new array, since `slice` of Node's Buffer is a view of the whole file.
  const { buffer } = new Uint8Array(tensorBytes(tensor))
  const data = new arrays[type](buffer) as TensorDataByDType[typeof type]
  return { dtype: type, shape, data } as Tensor
}

/** Whether an element type is one of the protocol's dtypes. */
export function isDType(type: string): type is DType {
  return (dtypes as readonly string[]).includes(type)
}
