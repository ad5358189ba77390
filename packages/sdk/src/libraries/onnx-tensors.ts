import { HomingError, type Tensor } from '@homing/protocol'
import type { Tensor as OnnxTensor } from 'onnxruntime-web'

import type { OnnxLibrary } from './onnx-library.ts'

/** A tensor as onnxruntime-web takes it; the data is not copied. */
export function toOnnx({ Tensor: OnnxTensor }: OnnxLibrary, { dtype, data, shape }: Tensor): OnnxTensor {
  return new OnnxTensor(dtype, data, shape) // the constructor's overloads name one dtype each
}

/** An output of onnxruntime-web, on the CPU; the data is not copied. */
export function fromOnnx(name: string, { type, dims, data }: OnnxTensor): Tensor {
  if (type === 'int4' || type === 'uint4') {
    throw new HomingError('ENGINE_FAILED', `Output "${name}" is ${type}, which has no array in JavaScript.`)
  }
  return { dtype: type, shape: [...dims], data: float16Bits(data) } as Tensor
}

/** Where the platform has Float16Array, onnxruntime-web answers with it; a Homing tensor carries the bits. */
function float16Bits(data: OnnxTensor['data']): OnnxTensor['data'] {
  if (Object.prototype.toString.call(data) !== '[object Float16Array]') return data
  const { buffer, byteOffset, length } = data as Uint16Array
  return new Uint16Array(buffer, byteOffset, length)
}
