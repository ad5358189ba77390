import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  addCorrelation,
  type Correlation,
  correlationFromWire,
  correlationToWire,
  emptyCorrelation,
  mergeCorrelations,
  pearson,
} from './correlation.ts'

const features = ['x', 'y', 'z']
const value = fc.double({ min: -1000, max: 1000, noNaN: true })
const samples = fc.array(fc.tuple(value, value, value), { maxLength: 30 })

function correlationOf(list: readonly (readonly number[])[]): Correlation {
  const correlation = emptyCorrelation(features)
  for (const sample of list) addCorrelation(correlation, sample)
  return correlation
}

test('correlation is that of the definition', () => {
  const correlation = correlationOf([
    [1, 2, 5],
    [2, 4, 5],
    [3, 6, 5],
    [4, 9, 5],
  ])
  expect(pearson(correlation, 0, 0)).toBeCloseTo(1, 12)
  expect(pearson(correlation, 0, 1)).toBeCloseTo(0.9943767126843689, 12)
  expect(pearson(correlation, 1, 0)).toBe(pearson(correlation, 0, 1))
  expect(pearson(correlation, 0, 2)).toBeNaN()
})

test('samples of parts merge to those of the whole, in any order and grouping, and travel', () => {
  fc.assert(
    fc.property(samples, samples, samples, (a, b, c) => {
      const [x, y, z] = [correlationOf(a), correlationOf(b), correlationOf(c)]
      const whole = correlationOf([...a, ...b, ...c])
      const wire = correlationToWire(whole)
      for (const merged of [
        mergeCorrelations(mergeCorrelations(x, y), z),
        mergeCorrelations(z, mergeCorrelations(y, x)),
        ...(wire ? [correlationFromWire(wire)] : []),
      ]) {
        expect(merged.count).toBe(whole.count)
        merged.means.forEach((mean, at) => expect(mean).toBeCloseTo(whole.means[at]!, 7))
        merged.products.forEach((product, at) => expect(product).toBeCloseTo(whole.products[at]!, 3))
      }
    }),
  )
})

test('a sample with a value that is no number adds nothing, and says so', () => {
  const correlation = emptyCorrelation(features)
  for (const bad of [NaN, Infinity, -1e101]) expect(addCorrelation(correlation, [1, bad, 2])).toBe(false)
  expect(addCorrelation(correlation, [1, 2])).toBe(false)
  expect(correlationToWire(correlation)).toBeUndefined()
})

test('other features are refused', () => {
  expect(() => mergeCorrelations(emptyCorrelation(['x', 'y']), emptyCorrelation(['y', 'x']))).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  )
})
