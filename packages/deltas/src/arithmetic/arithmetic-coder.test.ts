import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { arithmeticDecoder } from './arithmetic-decoder.ts'
import { arithmeticEncoder } from './arithmetic-encoder.ts'

/** A bit in one of 4 contexts, or plain bits. */
const steps = fc.array(
  fc.oneof(
    fc.record({ context: fc.nat(3), bit: fc.nat(1) }),
    fc.record({ context: fc.constant(0), bit: fc.constant(0) }),
    fc
      .integer({ min: 0, max: 16 })
      .chain((count) => fc.record({ count: fc.constant(count), bits: fc.nat(2 ** count - 1) })),
  ),
  { maxLength: 400 },
)

describe('arithmetic coder', () => {
  test('reads back what was written, over runs that share what was learned', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 4 }), (runs) => {
        const encoder = arithmeticEncoder(4)
        const decoder = arithmeticDecoder(4)
        for (const run of runs) {
          for (const step of run)
            if ('bit' in step) encoder.bit(step.context, step.bit)
            else encoder.bits(step.count, step.bits)
          decoder.start(encoder.finish())
          for (const step of run)
            if ('bit' in step) expect(decoder.bit(step.context, 0)).toBe(step.bit)
            else expect(decoder.bits(step.count, 0)).toBe(step.bits)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('carries over any number of full bytes', () => {
    // Odds near 1 for 0 drive the interval to its upper end, where a late carry changes what was held back.
    const encoder = arithmeticEncoder(1)
    const bits = Array.from({ length: 20_000 }, (_, i) => (i % 997 === 996 ? 0 : 1))
    for (const bit of bits) encoder.bit(0, bit)
    const decoder = arithmeticDecoder(1)
    decoder.start(encoder.finish())
    expect(bits.every((bit) => decoder.bit(0, 0) === bit)).toBe(true)
  })

  test('comes near the entropy of its bits', () => {
    const count = 100_000
    for (const share of [0.5, 0.1, 0.01, 0.001]) {
      let state = 1
      const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32
      const bits = Array.from({ length: count }, () => (next() < share ? 1 : 0))
      const encoder = arithmeticEncoder(1)
      for (const bit of bits) encoder.bit(0, bit)
      const ones = bits.reduce<number>((sum, bit) => sum + bit, 0) / count
      const entropy = (-(ones * Math.log2(ones) + (1 - ones) * Math.log2(1 - ones)) * count) / 8
      expect(encoder.finish().length).toBeLessThan(entropy * 1.03 + 32)
    }
  })

  test('reads some bits from any bytes, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const decoder = arithmeticDecoder(2)
        decoder.start(bytes)
        for (let i = 0; i < 500; i++) {
          const bit = decoder.bit(i & 1, 0)
          const plain = decoder.bits(i % 17, 0)
          if ((bit !== 0 && bit !== 1) || !(plain >= 0 && plain < 2 ** (i % 17)))
            throw new Error(`${bit}, ${plain} of ${i % 17} bits`)
        }
      }),
      { numRuns: 200 },
    )
  })
})
