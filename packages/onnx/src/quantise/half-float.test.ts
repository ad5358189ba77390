import fc from 'fast-check'
import { expect, it } from 'vitest'

import { fitsHalf, halfBits } from './half-float.ts'

/** The number that bits stand for (IEEE 754-2019, 3.4). */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const [exponent, fraction] = [(bits >>> 10) & 0x1f, bits & 0x3ff]
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

it('gives every number of half precision back', () => {
  for (let bits = 0; bits < 0x1_0000; bits++) {
    const value = halfValue(bits)
    if (Number.isNaN(value)) expect(halfValue(halfBits(value))).toBeNaN()
    else if (halfBits(value) !== bits) expect.fail(`${value}`)
  }
})

it('rounds to the nearest number, ties to even', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, min: -65_519, max: 65_519 }), (value) => {
      const bits = halfBits(value)
      const error = Math.abs(halfValue(bits) - value)
      for (const other of [bits - 1, bits + 1]) {
        if ((other & 0x7fff) >= 0x7c00 || other < 0) continue
        const distance = Math.abs(halfValue(other) - value)
        expect(error).toBeLessThanOrEqual(distance)
        if (error === distance && error > 0) expect(bits % 2).toBe(0)
      }
    }),
  )
  expect([65_519, 65_520, -Infinity].map((value) => halfValue(halfBits(value)))).toEqual([
    65_504,
    Infinity,
    -Infinity,
  ])
})

it('holds what stays a number, and an epsilon only where it does not vanish', () => {
  expect(fitsHalf(Float32Array.of(65_504, -1e-9, 0))).toBe(true)
  expect(fitsHalf(Float32Array.of(1e-5))).toBe(true)
  expect(fitsHalf(Float32Array.of(0))).toBe(true)
  for (const value of [1e-12, 1e9, -65_520, NaN]) expect(fitsHalf(Float32Array.of(value))).toBe(false)
})
