import { dtypes, type Signature, type Tensor } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { checkInputs } from './check-inputs.ts'

const signature: Signature = {
  inputs: [
    { name: 'ids', dtype: 'int64', shape: ['batch', 'length'] },
    { name: 'mask', dtype: 'float32', shape: ['batch', 'length'], finite: true },
    { name: 'scale', dtype: 'float32', shape: [] },
  ],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['batch'] }],
}
const ids = (...shape: number[]): Tensor => ({
  dtype: 'int64',
  shape,
  data: new BigInt64Array(shape.reduce((a, b) => a * b, 1)),
})
const floats = (...shape: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
})
const good = { ids: ids(2, 3), mask: floats(2, 3), scale: floats() }
const check = (tensors: Record<string, unknown>): void =>
  checkInputs(signature, tensors as Record<string, Tensor>)
const refusal = (tensors: Record<string, unknown>): { code: string; message: string } => {
  try {
    check(tensors)
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('it was not refused')
}

test('a call that matches passes, whatever the sizes of its dynamic dimensions', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(5), (batch, length) =>
      check({ ids: ids(batch, length), mask: floats(batch, length), scale: floats() }),
    ),
  )
})

describe('refused', () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    [
      'an unknown input',
      { ...good, extra: floats() },
      'INPUT_NAME',
      'no input "extra"; it takes "ids", "mask", "scale"',
    ],
    ['a missing input', { ids: good.ids, mask: good.mask }, 'INPUT_NAME', '"scale" is missing'],
    ['another dtype', { ...good, ids: floats(2, 3) }, 'INPUT_DTYPE', 'must be int64, and is float32'],
    ['no tensor', { ...good, ids: [1, 2] }, 'INPUT_DTYPE', 'must be a tensor'],
    ['null', { ...good, ids: null }, 'INPUT_DTYPE', 'must be a tensor'],
    [
      'a plain array',
      { ...good, mask: { dtype: 'float32', shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } },
      'INPUT_DTYPE',
      'must be in Float32Array, and is in Array',
    ],
    [
      'another rank',
      { ...good, mask: floats(6) },
      'INPUT_SHAPE',
      'must have the shape [batch, length], and has [6]',
    ],
    [
      'unequal dynamic sizes',
      { ...good, mask: floats(2, 4) },
      'INPUT_SHAPE',
      'where length is 3 as in input "ids", and has [2, 4]',
    ],
    ['a negative size', { ...good, ids: { ...ids(2, 3), shape: [-2, -3] } }, 'INPUT_SHAPE', 'has [-2, -3]'],
    ['a broken size', { ...good, ids: { ...ids(2, 3), shape: [2.5, 3] } }, 'INPUT_SHAPE', 'has [2.5, 3]'],
    [
      'missing data',
      { ...good, ids: { ...ids(2, 3), data: new BigInt64Array(5) } },
      'INPUT_SHAPE',
      'needs 6 values, and data has 5',
    ],
    [
      'NaN',
      { ...good, mask: { ...floats(2, 3), data: Float32Array.of(0, 1, NaN, 1, 1, 1) } },
      'INPUT_VALUE',
      'value 2 is NaN',
    ],
    [
      'an infinity',
      { ...good, mask: { ...floats(2, 3), data: Float32Array.of(0, -Infinity, NaN, 1, 1, 1) } },
      'INPUT_VALUE',
      'value 1 is -Infinity',
    ],
  ])('%s', (_, tensors, code, words) => {
    const error = refusal(tensors)
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
  })

  test('not-a-number in an input that allows it passes', () => {
    check({ ...good, scale: { dtype: 'float32', shape: [], data: Float32Array.of(NaN) } })
  })

  test('float16 bits of NaN and infinity', () => {
    const half: Signature = {
      ...signature,
      inputs: [{ name: 'x', dtype: 'float16', shape: [2], finite: true }],
    }
    const of = (...bits: number[]): Record<string, Tensor> => ({
      x: { dtype: 'float16', shape: [2], data: Uint16Array.from(bits) },
    })
    expect(() => checkInputs(half, of(0x7bff, 0xfbff))).not.toThrow()
    for (const bits of [0x7c00, 0xfc00, 0x7e00])
      expect(() => checkInputs(half, of(0, bits))).toThrow(expect.objectContaining({ code: 'INPUT_VALUE' }))
  })

  test('a fixed size is part of the signature for every dtype', () => {
    for (const dtype of dtypes) {
      const one: Signature = { ...signature, inputs: [{ name: 'x', dtype, shape: [1] }] }
      const arrays = {
        int64: new BigInt64Array(1),
        uint64: new BigUint64Array(1),
        string: [''],
        float16: new Uint16Array(1),
        bool: new Uint8Array(1),
      }
      const constructors = {
        float32: Float32Array,
        float64: Float64Array,
        int8: Int8Array,
        uint8: Uint8Array,
        int16: Int16Array,
        uint16: Uint16Array,
        int32: Int32Array,
        uint32: Uint32Array,
      }
      const data =
        dtype in constructors
          ? new constructors[dtype as keyof typeof constructors](1)
          : arrays[dtype as keyof typeof arrays]
      expect(() => checkInputs(one, { x: { dtype, shape: [1], data } as Tensor })).not.toThrow()
      expect(() => checkInputs(one, { x: { dtype, shape: [2], data } as Tensor })).toThrow(
        expect.objectContaining({ code: 'INPUT_SHAPE' }),
      )
    }
  })
})
