import { HomingError } from '@homing/protocol'

import { type TensorProto, TensorProto_DataLocation as DataLocation } from '../generated/onnx-ml_pb.js'
import { type ElementType, elementTypeOf, elementTypes } from './element-types.ts'
import { elementCount, tensorByteSize, tensorShape } from './tensor-size.ts'

/** What a stored tensor says of itself, checked. */
export interface TensorHeader {
  readonly type: ElementType
  /** Row-major dimensions; `[]` for a scalar. */
  readonly shape: number[]
  /** For messages: `tensor "name"`. */
  readonly what: string
}

/**
 * Type and shape of a stored tensor.
 * @throws HomingError ONNX_INVALID for an unknown type or impossible dimensions.
 */
export function tensorHeader(tensor: TensorProto): TensorHeader {
  const what = `tensor "${tensor.name}"`
  const type = elementTypeOf(tensor.dataType)
  if (type === undefined)
    throw new HomingError('ONNX_INVALID', `${what} has the unknown data type ${tensor.dataType}`)
  return { type, shape: tensorShape(tensor.dims, what), what }
}

/** Whether the tensor's elements lie in another file. */
export function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === DataLocation.EXTERNAL
}

/**
 * The elements of a stored tensor as little-endian bytes, as `raw_data` and external data hold them; a view where
 * the file has raw data, else a copy.
 * @throws HomingError ONNX_INVALID when the data does not fit the dimensions, ONNX_EXTERNAL_DATA when they lie in
 *   another file, ONNX_UNSUPPORTED for strings.
 */
export function tensorBytes(tensor: TensorProto): Uint8Array {
  const { type, shape, what } = tensorHeader(tensor)
  if (isExternal(tensor))
    throw new HomingError('ONNX_EXTERNAL_DATA', `The data of ${what} lies in another file`)
  const size = tensorByteSize(type, shape, what)
  const raw = tensor.rawData.byteLength > 0
  const bytes = raw ? tensor.rawData : fieldBytes(tensor, type, elementCount(shape, what))
  if (bytes.byteLength !== size) {
    throw new HomingError(
      'ONNX_INVALID',
      `${what} has ${bytes.byteLength} bytes for ${type} [${shape.join(', ')}]`,
    )
  }
  return bytes
}

/** The strings of a string tensor, decoded as UTF-8 with replacement, since the standard does not forbid bad ones. */
export function tensorStrings(tensor: TensorProto): string[] {
  const { type, shape, what } = tensorHeader(tensor)
  if (type !== 'string') throw new HomingError('ONNX_INVALID', `${what} holds ${type}, not strings`)
  if (tensor.stringData.length !== elementCount(shape, what)) {
    throw new HomingError(
      'ONNX_INVALID',
      `${what} has ${tensor.stringData.length} strings for [${shape.join(', ')}]`,
    )
  }
  const decoder = new TextDecoder('utf-8')
  return tensor.stringData.map((bytes) => decoder.decode(bytes))
}

/** Typed arrays are little-endian, as ONNX is, on every platform that JavaScript engines still support. */
function fieldBytes(tensor: TensorProto, type: ElementType, count: number): Uint8Array {
  const { field, bits } = elementTypes[type]
  const view = (array: ArrayBufferView): Uint8Array =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  switch (field) {
    case 'floatData':
      return view(Float32Array.from(tensor.floatData))
    case 'doubleData':
      return view(Float64Array.from(tensor.doubleData))
    case 'int64Data':
      return view(BigInt64Array.from(tensor.int64Data))
    case 'uint64Data':
      if (bits === 64) return view(BigUint64Array.from(tensor.uint64Data))
      return view(Uint32Array.from(tensor.uint64Data, Number))
    case 'int32Data':
      if (bits === 32) return view(Int32Array.from(tensor.int32Data))
      // The lowest bits of each entry: an element, or for packed types a byte of several elements.
      return bits === 16 ? view(Uint16Array.from(tensor.int32Data)) : view(Uint8Array.from(tensor.int32Data))
    case 'stringData':
      throw new HomingError('ONNX_UNSUPPORTED', `tensor "${tensor.name}" holds ${count} strings`)
  }
}
