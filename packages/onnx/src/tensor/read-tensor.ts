import {
  type DType,
  dtypes,
  HomingError,
  type Tensor,
  type TensorDataByDType,
  typedArrays,
} from '@homing/protocol'

import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { tensorBytes, tensorHeader, tensorStrings } from './tensor-bytes.ts'

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
  const data = new typedArrays[type](buffer) as TensorDataByDType[typeof type]
  return { dtype: type, shape, data } as Tensor
}

/** Whether an element type is one of the protocol's dtypes. */
export function isDType(type: string): type is DType {
  return (dtypes as readonly string[]).includes(type)
}
