import { maxQuantileBins, QuantileSketchSchema } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import { quantileOf, sharedBuckets } from './quantile-readings.ts'
import {
  accuracyOf,
  addQuantile,
  binOf,
  binValue,
  countOfQuantiles,
  emptyQuantileSketch,
  gamma,
  mergeQuantileSketches,
  type QuantileSketch,
  quantileSketchFromWire,
  quantileSketchToWire,
} from './quantile-sketch.ts'

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = emptyQuantileSketch()
  for (const value of values) addQuantile(sketch, value)
  return sketch
}

/** Any double, extremes among them. */
const anything = fc.array(fc.double(), { maxLength: 80 })
/** Values over so many magnitudes that bins have to be joined, several times. */
const wide = fc
  .array(fc.tuple(fc.integer({ min: -11_000, max: 11_000 }), fc.boolean()), {
    minLength: 600,
    maxLength: 900,
  })
  .map((list) => list.map(([power, isNegative]) => (isNegative ? -1 : 1) * gamma ** power))

const wireOf = (sketch: QuantileSketch): string => JSON.stringify(quantileSketchToWire(sketch) ?? {})

test('gamma, bin and value are those of the reference case (../shared/design/reference-cases.md, DDSketch)', () => {
  expect(gamma).toBeCloseTo(1.020202, 6)
  expect(binOf(100)).toBe(231)
  expect(binValue(231)).toBeCloseTo(100.494568, 6)
})

describe('merging', () => {
  const alike = (a: readonly number[], b: readonly number[], c: readonly number[]): void => {
    const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)]
    const whole = wireOf(sketchOf([...a, ...b, ...c]))
    expect(wireOf(mergeQuantileSketches(mergeQuantileSketches(x, y), z))).toBe(whole)
    expect(wireOf(mergeQuantileSketches(x, mergeQuantileSketches(y, z)))).toBe(whole)
    expect(wireOf(mergeQuantileSketches(z, mergeQuantileSketches(y, x)))).toBe(whole)
  }

  test('parts give the very bins of the whole, in any order and grouping', () => {
    fc.assert(fc.property(anything, anything, anything, alike))
  })

  test('so they do where bins had to be joined', () => {
    fc.assert(fc.property(wide, anything, wide, alike), { numRuns: 15 })
  })

  test('leaves what is merged as it was', () => {
    const [a, b] = [sketchOf([1, 2, -3]), sketchOf([4, 0, NaN])]
    const before = [wireOf(a), wireOf(b)]
    addQuantile(mergeQuantileSketches(a, b), 7)
    expect([wireOf(a), wireOf(b)]).toEqual(before)
  })
})

describe('quantiles', () => {
  const exact = (values: readonly number[], share: number): number =>
    [...values].sort((x, y) => x - y)[Math.floor(share * (values.length - 1))]!

  const within = (values: readonly number[]): void => {
    const sketch = sketchOf(values)
    const accuracy = accuracyOf(sketch)
    for (const share of [0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1]) {
      const truth = exact(values, share)
      expect(Math.abs(quantileOf(sketch, share) - truth)).toBeLessThanOrEqual(
        accuracy * Math.abs(truth) * (1 + 1e-9),
      )
    }
  }

  test('lie within one hundredth of the exact ones', () => {
    const value = fc.oneof(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((x) => Math.abs(x) > 1e-90),
      fc.constant(0),
      fc.integer({ min: -50, max: 50 }),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 120 }), (values) => {
        within(values)
        expect(accuracyOf(sketchOf(values))).toBeCloseTo(0.01, 12)
      }),
    )
  })

  test('lie within the accuracy that the sketch states once bins were joined', () => {
    fc.assert(fc.property(wide, within), { numRuns: 15 })
  })

  test('of no value are NaN; of no share are refused', () => {
    expect(quantileOf(emptyQuantileSketch(), 0.5)).toBeNaN()
    for (const share of [-0.1, 1.1, NaN])
      expect(() => quantileOf(sketchOf([1]), share)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      )
  })

  test('are not blinded by one extreme value', () => {
    const values = Array.from({ length: 1000 }, (_, index) => 20 + index / 100)
    const poisoned = sketchOf([...values, 1e99, -1e99, 1e-99])
    expect(quantileOf(poisoned, 0.5)).toBeCloseTo(exact(values, 0.5), 0)
    expect(poisoned.level).toBe(0)
  })
})

test('NaN, infinities, zeros and what is beyond all bins are counted apart', () => {
  const sketch = sketchOf([NaN, NaN, Infinity, -Infinity, 1e101, 0, -0, 1e-101, -5e-324, 1])
  expect(sketch).toMatchObject({ nan: 2, infinite: 3, zero: 4 })
  expect(countOfQuantiles(sketch)).toBe(5)
})

test('there are never more bins than may be, whatever is added', () => {
  const sketch = emptyQuantileSketch()
  for (let power = -11_500; power <= 11_500; power++)
    addQuantile(sketch, (power % 2 ? -1 : 1) * gamma ** power)
  expect(sketch.positive.size + sketch.negative.size).toBeLessThanOrEqual(maxQuantileBins)
  expect(countOfQuantiles(sketch)).toBe(23_001)
  parsed(QuantileSketchSchema, quantileSketchToWire(sketch))
})

test('memory for bins is not taken anew for values in bins that are there', () => {
  const sketch = sketchOf([1, 2, 3, 4, 5])
  const { indices, counts } = sketch.positive
  for (let round = 0; round < 1000; round++) addQuantile(sketch, (round % 5) + 1)
  expect(sketch.positive.indices).toBe(indices)
  expect(sketch.positive.counts).toBe(counts)
})

test('a sketch travels whole, within what the protocol takes', () => {
  fc.assert(
    fc.property(fc.oneof({ arbitrary: anything, weight: 9 }, wide), (values) => {
      const sketch = sketchOf(values)
      const wire = quantileSketchToWire(sketch)
      if (values.length === 0) expect(wire).toBeUndefined()
      else expect(parsed(QuantileSketchSchema, JSON.parse(JSON.stringify(wire)))).toEqual(wire)
      expect(wireOf(quantileSketchFromWire(wire))).toBe(wireOf(sketch))
    }),
    { numRuns: 60 },
  )
})

test('two sketches are compared in the same buckets, in order', () => {
  fc.assert(
    fc.property(anything, anything, (a, b) => {
      const [x, y] = [sketchOf(a), sketchOf(b)]
      const { edges, a: left, b: right } = sharedBuckets(x, y)
      expect(left.reduce((sum, count) => sum + count, 0)).toBe(countOfQuantiles(x))
      expect(right.reduce((sum, count) => sum + count, 0)).toBe(countOfQuantiles(y))
      expect(edges.every((edge, at) => at === 0 || edge > edges[at - 1]!)).toBe(true)
    }),
  )
  const { edges, a, b } = sharedBuckets(sketchOf([-2, 0, 3]), sketchOf([3, 3, 8]))
  expect(edges.map((edge) => Math.round(edge))).toEqual([-2, 0, 3, 8])
  expect([a, b]).toEqual([
    [1, 1, 1, 0],
    [0, 0, 2, 1],
  ])
})
