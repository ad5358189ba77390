import fc from 'fast-check'
import { jStat } from 'jstat'
import { describe, expect, it, test } from 'vitest'

import { chiSquaredQuantile, chiSquaredTail } from './chi-squared-tail.ts'
import { incompleteBeta } from './incomplete-beta.ts'
import { upperGamma } from './incomplete-gamma.ts'
import { kolmogorovTail } from './kolmogorov.ts'
import { logGamma } from './log-gamma.ts'
import { normalCdf, normalQuantile, normalTail } from './normal.ts'
import { studentCritical, studentTwoSided } from './student-t.ts'

const between = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true })

/** jstat's own series end near here. */
const tolerance = 1e-7
const near = (ours: number, theirs: number): void => {
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(theirs)))
}

describe('special functions agree with jstat on random cases', () => {
  test('logarithm of gamma', () => {
    fc.assert(fc.property(between(0.01, 500), (x) => near(logGamma(x), jStat.gammaln(x))))
  })
  test('incomplete gamma', () => {
    fc.assert(
      fc.property(between(0.1, 60), between(0, 150), (a, x) =>
        near(upperGamma(a, x), 1 - jStat.lowRegGamma(a, x)),
      ),
    )
  })
  test('incomplete beta', () => {
    fc.assert(
      fc.property(between(0, 1), between(0.1, 60), between(0.1, 60), (x, a, b) =>
        near(incompleteBeta(x, a, b), jStat.ibeta(x, a, b)),
      ),
    )
  })
  test('chi-squared', () => {
    fc.assert(
      fc.property(between(0, 100), fc.integer({ min: 1, max: 60 }), (x, df) =>
        near(chiSquaredTail(x, df), 1 - jStat.chisquare.cdf(x, df)),
      ),
    )
  })
  test("normal and Student's t", () => {
    fc.assert(
      fc.property(between(-6, 6), between(1, 200), (x, df) => {
        near(normalCdf(x), jStat.normal.cdf(x, 0, 1))
        near(studentTwoSided(x, df), 2 * jStat.studentt.cdf(-Math.abs(x), df))
      }),
    )
  })
})

// Computed with SciPy 1.17: scipy.special and scipy.stats.
test.each([
  ['normal tail', normalTail(10), 7.61985302416047e-24],
  ['normal quantile', normalQuantile(1e-9), -5.9978070150076865],
  ['normal quantile', normalQuantile(0.975), 1.959963984540054],
  ['chi-squared tail', chiSquaredTail(100, 3), 1.5541594313896026e-21],
  ['chi-squared quantile', chiSquaredQuantile(0.05, 49), 33.93030561852784],
  ['t, critical', studentCritical(0.05, 10), 2.228138851986274],
])('%s is exact in the tail', (_, ours, theirs) => {
  expect(ours / theirs).toBeCloseTo(1, 11)
})

// scipy.stats.kstwo.sf(d, n), SciPy 1.17.
test.each([
  [0.2, 5, 0.9616],
  [0.1, 20, 0.976255094592155],
  [0.3, 20, 0.04306706665851623],
  [0.05, 100, 0.9532159710635725],
  [0.15, 140, 0.0032495604415101703],
  [0.04, 500, 0.3902508696049749],
  [0.08, 500, 0.0031305058199356268],
  [0.02, 2000, 0.3953133626892045],
  [0.013, 10000, 0.06750118848339082],
  [0.5, 10, 0.00777741],
  [0.6, 20, 2.0483011649719853e-7],
  [0.2, 200, 1.7317874617308334e-7],
  [0.1, 1000, 3.703687096817711e-9],
])('Kolmogorov: more than %f with %i values', (d, n, expected) => {
  expect(kolmogorovTail(d, n) / expected).toBeCloseTo(1, 4)
})

it('inverts', () => {
  fc.assert(
    fc.property(between(1e-12, 1 - 1e-12), (p) => {
      expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 9)
    }),
  )
})

it('answers at and beyond the edges', () => {
  expect([normalQuantile(0), normalQuantile(1), normalQuantile(2), normalQuantile(NaN)]).toEqual([
    -Infinity,
    Infinity,
    NaN,
    NaN,
  ])
  expect([incompleteBeta(-1, 1, 1), incompleteBeta(2, 1, 1)]).toEqual([0, 1])
  expect([upperGamma(1, 0), upperGamma(1, Infinity)]).toEqual([1, 0])
  expect([kolmogorovTail(0, 10), kolmogorovTail(1, 10), kolmogorovTail(0.5, 0)]).toEqual([1, 0, NaN])
  expect(studentTwoSided(0, 5)).toBe(1)
})
