import { create } from '@bufbuild/protobuf'
import { HomingError } from '@homing/protocol'

import { type TensorProto, TensorProtoSchema } from '../generated/onnx-ml_pb.js'
import { type ElementType, elementTypes } from './element-types.ts'
import { elementCount, tensorByteSize } from './tensor-size.ts'

/**
 * Elements as a caller has them: plain numbers or bigints, the typed array of the type, strings, or raw
 * little-endian bytes (the only way for types that JavaScript has no array of). `float16` takes its bits in a Uint16Array.
 */
export type TensorElements = readonly number[] | readonly bigint[] | readonly string[] | ArrayBufferView

/**
 * A stored tensor of `shape` (row-major, `[]` for a scalar) with its elements in `raw_data`.
 * @throws HomingError ONNX_INVALID when the data does not fit the type or shape.
 */
export function makeTensor(
  name: string,
  type: ElementType,
  shape: readonly number[],
  data: TensorElements,
): TensorProto {
  const what = `tensor "${name}"`
  const header = { name, dims: shape.map(BigInt), dataType: elementTypes[type].code }
  if (type === 'string') {
    const strings = encodeStrings(data, what)
    if (strings.length !== elementCount(shape, what)) throw misfit(what, strings.length, 'strings', shape)
    return create(TensorProtoSchema, { ...header, stringData: strings })
  }
  const rawData = elementBytes(type, data, what)
  if (rawData.byteLength !== tensorByteSize(type, shape, what))
    throw misfit(what, rawData.byteLength, 'bytes', shape)
  return create(TensorProtoSchema, { ...header, rawData })
}

function misfit(what: string, found: number, unit: string, shape: readonly number[]): HomingError {
  return new HomingError('ONNX_INVALID', `${what} was given ${found} ${unit} for [${shape.join(', ')}]`)
}

function encodeStrings(data: TensorElements, what: string): Uint8Array[] {
  const encoder = new TextEncoder()
  return Array.from(data as Iterable<unknown>, (text) => {
    if (typeof text !== 'string')
      throw new HomingError('ONNX_INVALID', `${what} was given ${typeof text} for a string`)
    return encoder.encode(text)
  })
}

type NumberArray = new (values: readonly number[]) => ArrayBufferView
type BigArray = new (values: readonly bigint[]) => ArrayBufferView

const numberArrays: Partial<Record<ElementType, NumberArray>> = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
}
const bigArrays: Partial<Record<ElementType, BigArray>> = { int64: BigInt64Array, uint64: BigUint64Array }

function elementBytes(type: ElementType, data: TensorElements, what: string): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const Numbers = numberArrays[type]
  const Bigs = bigArrays[type]
  const array = Numbers
    ? new Numbers((data as (number | bigint)[]).map(Number))
    : Bigs && new Bigs((data as (number | bigint)[]).map(BigInt))
  if (!array)
    throw new HomingError('ONNX_UNSUPPORTED', `${what} of type ${type} takes its raw bytes, not an array`)
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
