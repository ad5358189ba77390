import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { TensorProtoSchema } from '../generated/onnx-ml_pb.js'
import {
  type ElementType,
  elementCount,
  elementTypeOf,
  elementTypes,
  makeTensor,
  readTensor,
  type TensorProto,
  tensorByteSize,
  tensorBytes,
  tensorHeader,
  tensorStrings,
} from '../index.ts'

const invalid = expect.objectContaining({ name: 'HomingError', code: 'ONNX_INVALID' })
const unsupported = expect.objectContaining({ name: 'HomingError', code: 'ONNX_UNSUPPORTED' })

const shape = fc.array(fc.nat({ max: 5 }), { maxLength: 4 })
const rawTypes = (Object.keys(elementTypes) as ElementType[]).filter((type) => type !== 'string')

describe('tensors', () => {
  test('of every type keep their bytes on the way through a file', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rawTypes),
        shape,
        fc.infiniteStream(fc.nat({ max: 255 })),
        (type, dims, stream) => {
          const bytes = Uint8Array.from({ length: tensorByteSize(type, dims, 'it') }, () => next(stream))
          const tensor = fromBinary(
            TensorProtoSchema,
            toBinary(TensorProtoSchema, makeTensor('t', type, dims, bytes)),
          )
          expect(tensorHeader(tensor)).toMatchObject({ type, shape: dims })
          expect(tensorBytes(tensor)).toEqual(bytes)
        },
      ),
    )
  })

  test.each<[string, TensorProto, number[]]>([
    ['float32', typed('float32', { floatData: [1.5, -2] }), [0, 0, 192, 63, 0, 0, 0, 192]],
    [
      'float64',
      typed('float64', { doubleData: [1, 2] }),
      [0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 64],
    ],
    [
      'complex64',
      typed('complex64', { floatData: [1, 2, 3, 4] }),
      [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64],
    ],
    [
      'int64',
      typed('int64', { int64Data: [-1n, 2n] }),
      [255, 255, 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      'uint64',
      typed('uint64', { uint64Data: [1n, 2n ** 63n] }),
      [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128],
    ],
    ['uint32', typed('uint32', { uint64Data: [1n, 4_294_967_295n] }), [1, 0, 0, 0, 255, 255, 255, 255]],
    ['int32', typed('int32', { int32Data: [-2, 3] }), [254, 255, 255, 255, 3, 0, 0, 0]],
    ['int8', typed('int8', { int32Data: [-2, 3] }), [254, 3]],
    ['uint16', typed('uint16', { int32Data: [65_535, 3] }), [255, 255, 3, 0]],
    ['float16', typed('float16', { int32Data: [0x3c00, 0xbc00] }), [0, 60, 0, 188]],
    ['bool', typed('bool', { int32Data: [1, 0] }), [1, 0]],
    ['int4, two to an entry', typed('int4', { int32Data: [0x7f] }), [0x7f]],
  ])('reads the typed field of %s', (_, tensor, bytes) => {
    expect(Array.from(tensorBytes(tensor))).toEqual(bytes)
  })

  test('reads the typed array of each dtype as a copy', () => {
    const values = readTensor(makeTensor('t', 'int64', [2], [-1, 2]))
    expect(values).toEqual({ dtype: 'int64', shape: [2], data: BigInt64Array.of(-1n, 2n) })
    expect(readTensor(makeTensor('t', 'float16', [1], Uint16Array.of(0x3c00))).data).toEqual(
      Uint16Array.of(0x3c00),
    )
    const bytes = new Uint8Array(9)
    const unaligned = makeTensor('t', 'float32', [2], bytes.subarray(1))
    expect(readTensor(unaligned).data).toEqual(new Float32Array(2))
    // Node's Buffer has a `slice` of its own, which is a view of a larger memory.
    const pooled = makeTensor('t', 'float32', [1], Buffer.from(Float32Array.of(7).buffer))
    expect(readTensor(pooled).data).toEqual(Float32Array.of(7))
  })

  test('carries strings', () => {
    const tensor = makeTensor('t', 'string', [2], ['Größe', ''])
    expect(tensorStrings(tensor)).toEqual(['Größe', ''])
    expect(readTensor(tensor)).toEqual({ dtype: 'string', shape: [2], data: ['Größe', ''] })
    expect(() => tensorBytes(tensor)).toThrow(unsupported)
    tensor.stringData.pop()
    expect(() => tensorStrings(tensor)).toThrow(invalid)
  })

  test('sizes count packed elements and refuse what overflows', () => {
    expect(tensorByteSize('int4', [3], 'it')).toBe(2)
    expect(tensorByteSize('int2', [5], 'it')).toBe(2)
    expect(tensorByteSize('float6e2m3', [4], 'it')).toBe(3)
    expect(tensorByteSize('float32', [], 'it')).toBe(4)
    expect(elementCount([2 ** 40, 0, 2 ** 40], 'it')).toBe(0)
    expect(() => elementCount([2 ** 40, 2 ** 40], 'it')).toThrow(invalid)
    expect(() => tensorByteSize('float64', [2 ** 50], 'it')).toThrow(invalid)
    expect(elementTypeOf(999)).toBeUndefined()
  })

  test('refuse data that do not fit', () => {
    expect(() => makeTensor('t', 'float32', [3], [1])).toThrow(invalid)
    expect(() => makeTensor('t', 'string', [1], [1])).toThrow(invalid)
    expect(() => makeTensor('t', 'bfloat16', [1], [1])).toThrow(unsupported)
    expect(() => readTensor(makeTensor('t', 'bfloat16', [1], new Uint8Array(2)))).toThrow(unsupported)
    expect(() => tensorBytes(typed('float32', { floatData: [1] }))).toThrow(invalid)
    expect(() => tensorHeader(create(TensorProtoSchema, { dataType: 99 }))).toThrow(invalid)
    expect(() => tensorHeader(create(TensorProtoSchema, { dataType: 1, dims: [-1n] }))).toThrow(invalid)
  })
})

/** A tensor of two elements in a typed field. */
function typed(type: ElementType, fields: Partial<Omit<TensorProto, '$typeName'>>): TensorProto {
  return create(TensorProtoSchema, { dims: [2n], dataType: elementTypes[type].code, ...fields })
}

function next(stream: Iterator<number>): number {
  const { value } = stream.next() as IteratorYieldResult<number>
  return value
}
