import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { jensenShannon } from '../drift/jensen-shannon.ts'
import { populationStability } from '../drift/population-stability.ts'
import { chiSquaredFit, contingencyTest } from './chi-squared.ts'
import { addBatch, designEffect, emptySpread, mergeSpread } from './design-effect.ts'
import { ksOnEdges, ksTest } from './kolmogorov-smirnov.ts'
import { epsilonOf, estimateTruth, responseChances } from './randomised-response.ts'
import { benjaminiHochberg, holm } from './several-tests.ts'
import { welchTest } from './welch.ts'

const counts = (buckets: number): fc.Arbitrary<number[]> =>
  fc
    .array(fc.nat(1_000), { minLength: buckets, maxLength: buckets })
    .filter((drawn) => drawn.some((count) => count > 0))
const pair = fc.integer({ min: 1, max: 12 }).chain((buckets) => fc.tuple(counts(buckets), counts(buckets)))
const sample = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 40 })
const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })

const thrown = (code: string): unknown => expect.objectContaining({ code })
const failing = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}

describe('properties', () => {
  test('distances of samples are symmetric, within bounds, and 0 to themselves', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        for (const measure of [jensenShannon, populationStability]) {
          expect(measure(a, b)).toBeCloseTo(measure(b, a), 9)
          expect(measure(a, b)).toBeGreaterThanOrEqual(0)
          expect(measure(a, a)).toBeCloseTo(0, 6)
        }
        const [one, other] = [ksOnEdges(a, b), ksOnEdges(b, a)]
        expect(one.distance).toBeCloseTo(other.distance, 9)
        expect(one.p).toBeGreaterThanOrEqual(0)
        expect(one.p).toBeLessThanOrEqual(1)
        expect(ksOnEdges(a, a).p).toBe(1)
        expect(jensenShannon(a, b)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('on any edges D is at most that of the values, at least that less the resolution, and p conservative', () => {
    const edges = fc.uniqueArray(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(sample, sample, edges, (a, b, drawn) => {
        const sorted = drawn.sort((x, y) => x - y)
        const binned = (values: readonly number[]): number[] => {
          const into = new Array<number>(sorted.length + 1).fill(0)
          for (const value of values) into[sorted.filter((edge) => value > edge).length]! += 1
          return into
        }
        const [exact, onEdges] = [ksTest(a, b), ksOnEdges(binned(a), binned(b))]
        expect(onEdges.distance).toBeLessThanOrEqual(exact.distance + 1e-9)
        expect(exact.distance).toBeLessThanOrEqual(onEdges.distance + onEdges.resolution + 1e-9)
        expect(onEdges.p).toBeGreaterThanOrEqual(exact.p - 1e-9)
      }),
    )
  })

  test('corrections keep the order, never lower a p, and Holm is the stricter', () => {
    fc.assert(
      fc.property(ps, (drawn) => {
        const [strict, lenient] = [holm(drawn), benjaminiHochberg(drawn)]
        for (const [index, p] of drawn.entries()) {
          expect(lenient[index]).toBeGreaterThanOrEqual(p - 1e-12)
          expect(strict[index]).toBeGreaterThanOrEqual(lenient[index]! - 1e-12)
          expect(strict[index]).toBeLessThanOrEqual(1)
        }
      }),
    )
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06].map((p) => expect.closeTo(p, 12) as number))
  })

  test('the estimate of randomised answers sums to their number, and epsilon comes back', () => {
    fc.assert(
      fc.property(counts(5), fc.double({ min: 0.1, max: 8, noNaN: true }), (reported, epsilon) => {
        const chances = responseChances(epsilon, 5)
        expect(epsilonOf(chances)).toBeCloseTo(epsilon, 9)
        const n = reported.reduce((sum, count) => sum + count, 0)
        expect(estimateTruth(reported, chances).reduce((sum, count) => sum + count, 0) / n).toBeCloseTo(1, 6)
      }),
    )
  })

  test('batches may be merged in any order', () => {
    const batches = fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { maxLength: 20 })
    const spreadOf = (drawn: readonly (readonly [number, number])[]): ReturnType<typeof emptySpread> => {
      const spread = emptySpread()
      for (const [y, n] of drawn) addBatch(spread, y, n)
      return spread
    }
    fc.assert(
      fc.property(batches, batches, (a, b) => {
        expect(mergeSpread(spreadOf(a), spreadOf(b))).toEqual(spreadOf([...b, ...a]))
      }),
    )
  })
})

describe('design effect', () => {
  test('is the batch size where the observations of a batch are all alike, and 1 where they are independent', () => {
    const [alike, independent, half] = [emptySpread(), emptySpread(), emptySpread()]
    for (let batch = 0; batch < 200; batch++) {
      addBatch(alike, batch % 2 === 0 ? 10 : 0, 10)
      addBatch(half, batch % 2 === 0 ? 7 : 3, 10)
      for (let single = 0; single < 10; single++) addBatch(independent, (batch + single) % 2, 1)
    }
    expect(designEffect(alike, 0.25)).toBeCloseTo(10, 0)
    expect(designEffect(independent, 0.25)).toBeCloseTo(1, 2)
    expect(designEffect(alike, 0.25, 0.95)).toBe(10) // they cannot be more alike than equal
    expect(designEffect(independent, 0.5, 0.95)).toBe(1)
    expect(designEffect(half, 0.25, 0.95)).toBeGreaterThan(designEffect(half, 0.25))
  })

  test('is 1 where nothing can be told', () => {
    expect(designEffect(emptySpread(), 1)).toBe(1)
    const one = emptySpread()
    addBatch(one, 5, 10)
    addBatch(one, 0, 0)
    expect(designEffect(one, 1)).toBe(1)
    addBatch(one, 5, 10)
    expect(designEffect(one, 0)).toBe(1)
  })
})

describe('bad input', () => {
  test.each([
    ['an empty sample', () => ksTest([], [1])],
    ['NaN among values', () => ksTest([NaN], [1])],
    ['no bucket', () => ksOnEdges([], [])],
    ['no observation', () => ksOnEdges([0, 0], [1, 2])],
    ['a negative count', () => jensenShannon([1, -1], [1, 2])],
    ['a count that is NaN', () => populationStability([1, NaN], [1, 2])],
    ['an infinite count', () => chiSquaredFit([1, Infinity])],
    ['unequal edges', () => ksOnEdges([1, 2], [1, 2, 3])],
    ['rows of unequal length', () => contingencyTest([[1, 2], [3]])],
    ['no row', () => contingencyTest([])],
    ['what is not expected', () => chiSquaredFit([1, 1], [1, 0])],
    ['one observation', () => welchTest({ n: 1, sum: 1, squares: 1 }, { n: 5, sum: 1, squares: 1 })],
    ['impossible sums', () => welchTest({ n: 4, sum: 8, squares: 1 }, { n: 5, sum: 1, squares: 1 })],
    ['no p-value', () => holm([1.5])],
    ['NaN for a p-value', () => benjaminiHochberg([NaN])],
    ['a negative batch', () => addBatch(emptySpread(), 1, -1)],
  ])('%s is refused', (_, call) => {
    expect(failing(call)).toEqual(thrown('DATA_INVALID'))
  })

  test('answers that tell nothing, or an epsilon of 0, are refused', () => {
    expect(failing(() => estimateTruth([1, 2], { truth: 0.5, lie: 0.5 }))).toEqual(thrown('CONFIG_INVALID'))
    expect(failing(() => responseChances(0, 2))).toEqual(thrown('CONFIG_INVALID'))
  })

  test('one bucket tells nothing: p is 1', () => {
    expect(ksOnEdges([5], [7])).toEqual({ distance: 0, p: 1, resolution: 1 })
    expect(chiSquaredFit([5])).toEqual({ statistic: 0, df: 0, p: 1 })
    expect(
      contingencyTest([
        [5, 0],
        [7, 0],
      ]),
    ).toEqual({ statistic: 0, df: 0, p: 1, v: 0 })
  })

  test('samples that do not vary', () => {
    const constant = (value: number): { n: number; sum: number; squares: number } => ({
      n: 10,
      sum: 10 * value,
      squares: 10 * value * value,
    })
    expect(welchTest(constant(2), constant(2)).p).toBe(1)
    expect(welchTest(constant(2), constant(3))).toMatchObject({ p: 0, t: Infinity, interval: [1, 1] })
  })
})
