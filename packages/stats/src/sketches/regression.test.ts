import { RegressionSchema } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import {
  addRegression,
  emptyRegression,
  mergeRegressions,
  type Regression,
  regressionFromWire,
  regressionToWire,
} from './regression.ts'

const number = fc.double({ min: -1000, max: 1000, noNaN: true })
const pairs = fc.array(fc.tuple(number, number), { maxLength: 40 })

function regressionOf(list: readonly (readonly [number, number])[]): Regression {
  const regression = emptyRegression()
  for (const [estimate, truth] of list) addRegression(regression, estimate, truth)
  return regression
}

test('what MAE, MSE, RMSE, MAPE and R2 are read from is that of the definitions', () => {
  const { residual, truth, absolute, percentage } = regressionOf([
    [2.5, 3],
    [0, -0.5],
    [2, 2],
    [8, 7],
  ])
  const squares = residual.m2 + residual.count * residual.mean ** 2
  expect(absolute / 4).toBeCloseTo(0.5, 12)
  expect(squares / 4).toBeCloseTo(0.375, 12)
  expect(1 - squares / truth.m2).toBeCloseTo(0.9486081370449679, 12) // scikit-learn's documentation of r2_score
  expect(percentage.sum / percentage.count).toBeCloseTo(0.3273809523809524, 12) // and of mean_absolute_percentage_error
})

test('a truth of zero has no percentage; what is no number is counted, and nothing else', () => {
  const regression = regressionOf([
    [1, 0],
    [NaN, 1],
    [1, Infinity],
    [1e300, -1e300],
    [1, 1e-200],
  ])
  expect(regression.residual.count).toBe(2)
  expect(regression.percentage).toEqual({ count: 0, sum: 0 })
  expect(regression.errors).toMatchObject({ nan: 1, infinite: 2 })
  parsed(RegressionSchema, regressionToWire(regression))
})

test('parts merge to the whole, in any order and grouping, and travel', () => {
  fc.assert(
    fc.property(pairs, pairs, pairs, (a, b, c) => {
      const [x, y, z] = [regressionOf(a), regressionOf(b), regressionOf(c)]
      const whole = regressionOf([...a, ...b, ...c])
      for (const merged of [
        mergeRegressions(mergeRegressions(x, y), z),
        mergeRegressions(z, mergeRegressions(y, x)),
        regressionFromWire(parsed(RegressionSchema, regressionToWire(whole))),
      ]) {
        expect(merged.residual.count).toBe(whole.residual.count)
        expect(merged.residual.m2).toBeCloseTo(whole.residual.m2, 3)
        expect(merged.truth.mean).toBeCloseTo(whole.truth.mean, 6)
        expect(merged.absolute).toBeCloseTo(whole.absolute, 6)
        expect(merged.percentage.count).toBe(whole.percentage.count)
        expect(regressionToWire(merged).errors).toEqual(regressionToWire(whole).errors)
      }
    }),
  )
})
