import fc from 'fast-check'
import { expect, test } from 'vitest'

import { softmax } from '../output/activations.ts'
import { fitTemperature } from './fit-temperature.ts'

test('of two classes, the temperature that makes confidence equal accuracy', () => {
  // Odds of e^4 are claimed; 3 in 4 are right: the scores must be divided by 4 / ln 3.
  const scores = [1, 2, 3, 4].map(() => [4, 0])
  expect(fitTemperature(scores, [0, 0, 0, 1])).toBeCloseTo(4 / Math.log(3), 6)
})

test('no other temperature gives the labels a greater likelihood', () => {
  const row = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 })
  const examples = fc.array(fc.tuple(row, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(examples, (drawn) => {
      const [scores, labels] = [drawn.map(([own]) => own), drawn.map(([, label]) => label)]
      const loss = (temperature: number): number =>
        drawn.reduce((sum, [own, label]) => {
          const shares = softmax(Float64Array.from(own, (score) => score / temperature))
          return sum - Math.log(Math.max(shares[label]!, Number.MIN_VALUE))
        }, 0)
      const fitted = fitTemperature(scores, labels)
      for (const factor of [0.5, 0.9, 1.1, 2]) {
        const other = fitted * factor
        if (other > Math.exp(-6) && other < Math.exp(6))
          expect(loss(fitted)).toBeLessThanOrEqual(loss(other) + 1e-6)
      }
    }),
    { numRuns: 50 },
  )
})

test.each<[string, number[][], number[]]>([
  ['nothing', [], []],
  ['a label too many', [[1, 2]], [0, 1]],
  ['a class that is not there', [[1, 2]], [2]],
  ['NaN', [[1, NaN]], [0]],
])('%s is refused', (_, scores, labels) => {
  expect(() => fitTemperature(scores, labels)).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }))
})
