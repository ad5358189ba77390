import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { arithmeticDecoder } from '../arithmetic/arithmetic-decoder.ts'
import { arithmeticEncoder } from '../arithmetic/arithmetic-encoder.ts'
import { differenceContexts, differenceModel } from './difference-model.ts'
import { add, scratch, subtract } from './differences.ts'
import { groupBytes, ungroupBytes } from './group-bytes.ts'
import { type NumberType, numberTypes, widths } from './number-type.ts'
import { readOrdered, writeOrdered } from './ordered.ts'

const types = fc.constantFrom<NumberType>(...numberTypes)
const numbersOf = (type: NumberType, length = 24) =>
  fc.uint8Array({ minLength: length * widths[type], maxLength: length * widths[type] })

describe.each(numberTypes)('%s', (type) => {
  test('is read in the order of its values and written back bit by bit, at any offset', () => {
    fc.assert(
      fc.property(numbersOf(type), fc.nat(3), (bytes, offset) => {
        const shifted = new Uint8Array(offset + bytes.length)
        shifted.set(bytes, offset)
        const ordered = new Int32Array(24)
        readOrdered(type, shifted.subarray(offset), ordered)
        const back = new Uint8Array(bytes.length)
        writeOrdered(type, ordered, back)
        expect(back).toEqual(new Uint8Array(bytes))
      }),
    )
  })

  test('is the old number plus the difference, around the ends of its range too', () => {
    fc.assert(
      fc.property(numbersOf(type), numbersOf(type), (old, now) => {
        const room = scratch()
        subtract(type, old, now, room)
        const back = new Uint8Array(old.length)
        add(type, room, back)
        expect(back).toEqual(new Uint8Array(now))
      }),
    )
  })
})

test('float32 keeps its order: a larger value is a larger integer', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), fc.float({ noNaN: true }), (a, b) => {
      const ordered = new Int32Array(2)
      readOrdered('float32', new Uint8Array(Float32Array.of(a, b).buffer), ordered)
      if (a < b) expect(ordered[0]).toBeLessThan(ordered[1]!)
    }),
  )
})

test('bytes are grouped from the highest down, and ungrouped', () => {
  const grouped = new Uint8Array(8)
  groupBytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 4, grouped)
  expect([...grouped]).toEqual([4, 8, 3, 7, 2, 6, 1, 5])
  const back = new Uint8Array(8)
  ungroupBytes(grouped, 4, back)
  expect([...back]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('any difference of any old number is coded and read back', () => {
  const difference = fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 }), fc.integer())
  const values = fc.array(fc.record({ type: types, old: fc.integer(), history: fc.nat(7), difference }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(values, (all) => {
      const inRange = all.map((value) => ({
        ...value,
        old: value.type === 'uint8' ? value.old & 255 : value.old >> (32 - 8 * widths[value.type]),
      }))
      const encoder = arithmeticEncoder(differenceContexts)
      for (const { type, old, history, difference } of inRange)
        differenceModel(type)(encoder, old, history, difference)
      const decoder = arithmeticDecoder(differenceContexts)
      decoder.start(encoder.finish())
      for (const { type, old, history, difference } of inRange)
        expect(differenceModel(type)(decoder, old, history, 0)).toBe(difference)
    }),
    { numRuns: 200 },
  )
})
