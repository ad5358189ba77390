// The cases of shared/design/reference-cases.md that belong to statistics, with the source each line names.
import { describe, expect, test } from 'vitest'

import { populationStability } from '../drift/population-stability.ts'
import { chiSquaredFit, contingencyTest } from './chi-squared.ts'
import { ksOnEdges, ksTest } from './kolmogorov-smirnov.ts'
import { epsilonOf, estimateTruth, responseChances } from './randomised-response.ts'
import { sampleRatioTest } from './sample-ratio.ts'
import { welchTest } from './welch.ts'

describe('KS, two samples: 1..10 against 3..12 (SciPy)', () => {
  const from = (first: number): number[] => Array.from({ length: 10 }, (_, index) => first + index)

  test('exact and asymptotic', () => {
    const exact = ksTest(from(1), from(3))
    expect(exact.distance).toBeCloseTo(0.2, 12)
    expect(exact.p).toBeCloseTo(0.9944576, 7)
    expect(ksTest(from(1), from(3), 'asymptotic').p).toBeCloseTo(0.9616, 4)
  })

  test('on shared edges that part all values', () => {
    const counts = (first: number): number[] =>
      Array.from({ length: 12 }, (_, index) => Number(index + 1 >= first && index + 1 < first + 10))
    const onEdges = ksOnEdges(counts(1), counts(3))
    expect(onEdges.distance).toBeCloseTo(0.2, 12)
    expect(onEdges.p).toBeCloseTo(0.9944576, 7)
    expect(onEdges.resolution).toBeCloseTo(0.1, 12)
  })
})

test('chi-squared, uniform expectation (SciPy)', () => {
  const { statistic, p } = chiSquaredFit([16, 18, 16, 14, 12, 12])
  expect(statistic).toBeCloseTo(2, 12)
  expect(p).toBeCloseTo(0.849145, 6)
})

test('chi-squared, two samples (Evidently: the reference is held against the current counts)', () => {
  const { statistic, p } = chiSquaredFit([16, 16, 16, 16, 16, 8], [16, 18, 16, 14, 12, 12])
  expect(statistic).toBeCloseTo(3.174603, 6)
  expect(p).toBeCloseTo(0.673088, 6)
})

test('chi-squared, contingency (SciPy)', () => {
  const { statistic, p } = contingencyTest([
    [10, 10, 20],
    [20, 20, 20],
  ])
  expect(statistic).toBeCloseTo(2.777778, 6)
  expect(p).toBeCloseTo(0.2493522, 7)
})

test('population stability index', () => {
  expect(populationStability([1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4])).toBeCloseTo(0.2282174, 7)
})

test('Welch from sums (GrowthBook)', () => {
  const { p, interval } = welchTest(
    { sum: 1396.87, squares: 52377.9767, n: 3407 },
    { sum: 2422.7, squares: 134698.29, n: 3461 },
  )
  expect(p).toBeCloseTo(0.02016, 5)
  expect(interval[0]).toBeCloseTo(0.04538, 5)
  expect(interval[1]).toBeCloseTo(0.53462, 5)
})

test('sample ratio mismatch', () => {
  expect(sampleRatioTest([10_000, 10_250]).p).toBeCloseTo(0.0789483, 7)
  expect(sampleRatioTest([10_000, 10_250], [1, 1]).p).toBeCloseTo(0.0789483, 7)
})

test('randomised response', () => {
  const chances = { truth: 0.75, lie: 0.25 }
  expect(epsilonOf(chances)).toBeCloseTo(1.0986, 4)
  expect(estimateTruth([4_000, 6_000], chances)[0]).toBeCloseTo(3_000, 9)
  const again = responseChances(Math.log(3), 2)
  expect([again.truth, again.lie]).toEqual([expect.closeTo(0.75, 12), expect.closeTo(0.25, 12)])
})
