import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { addMoment, emptyMoments } from '../sketches/moments.ts'
import { binnedAuc } from './binned-scores.ts'
import { classificationFigures } from './classification.ts'
import { concentration } from './concentration.ts'
import { estimatedAccuracy } from './estimated.ts'
import { regressionFigures } from './regression.ts'

const failing = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return error
  }
}
const invalid = expect.objectContaining({ code: 'DATA_INVALID' }) as unknown

test('accuracy, precision, recall and F1 of a confusion matrix', () => {
  const { accuracy, labels, macroF1, n } = classificationFigures([
    [50, 10, 0],
    [5, 30, 5],
    [2, 3, 15],
  ])
  expect(n).toBe(120)
  expect(accuracy).toBeCloseTo(0.7916667, 6)
  expect(labels.map(({ precision }) => precision)).toEqual([0.87719298, 0.69767442, 0.75].map(near))
  expect(labels.map(({ recall }) => recall)).toEqual([0.83333333, 0.75, 0.75].map(near))
  expect(labels.map(({ f1 }) => f1)).toEqual([0.85470085, 0.72289157, 0.75].map(near))
  expect(macroF1).toBeCloseTo((0.85470085 + 0.72289157 + 0.75) / 3, 7)
})

const near = (value: number): unknown => expect.closeTo(value, 7)

describe('AUC from binned scores', () => {
  // scipy.stats.mannwhitneyu of the same scores.
  test('counts ties half', () => {
    expect(binnedAuc([0, 1, 5, 10], [8, 6, 2, 0]).auc).toBeCloseTo(0.9609375, 12)
  })

  test('of any scores in any bins lies within its resolution', () => {
    const scores = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const wins = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)))
        const exact = wins.reduce<number>((sum, win) => sum + win, 0) / wins.length
        const binned = (values: readonly number[]): number[] => {
          const counts = new Array<number>(10).fill(0)
          for (const value of values) counts[Math.floor(value * 10)]! += 1
          return counts
        }
        const { auc, resolution } = binnedAuc(binned(positives), binned(negatives))
        expect(Math.abs(auc - exact)).toBeLessThanOrEqual(resolution + 1e-12)
      }),
    )
  })
})

test('MAE, MSE, RMSE, MAPE and R2 are those of the pairs', () => {
  const pair = fc.tuple(
    fc.double({ min: -50, max: 50, noNaN: true }),
    fc.double({ min: 1, max: 50, noNaN: true }),
  )
  fc.assert(
    fc.property(fc.array(pair, { minLength: 2, maxLength: 40 }), (pairs) => {
      const [residual, truth] = [emptyMoments(), emptyMoments()]
      for (const [estimate, value] of pairs) {
        addMoment(residual, estimate - value)
        addMoment(truth, value)
      }
      const sumOf = (figure: (estimate: number, value: number) => number): number =>
        pairs.reduce((sum, [estimate, value]) => sum + figure(estimate, value), 0)
      const absolute = sumOf((estimate, value) => Math.abs(estimate - value))
      const squares = sumOf((estimate, value) => (estimate - value) ** 2)
      const percentage = {
        count: pairs.length,
        sum: sumOf((estimate, value) => Math.abs((estimate - value) / value)),
      }
      const figures = regressionFigures({ residual, truth, absolute, percentage })
      expect(figures.mae).toBeCloseTo(absolute / pairs.length, 8)
      expect(figures.mse).toBeCloseTo(squares / pairs.length, 6)
      expect(figures.rmse).toBeCloseTo(Math.sqrt(squares / pairs.length), 6)
      expect(figures.mape).toBeCloseTo(percentage.sum / pairs.length, 8)
      const mean = sumOf((_, value) => value) / pairs.length
      const spread = sumOf((_, value) => (value - mean) ** 2)
      if (spread > 1e-3) expect(figures.r2 / (1 - squares / spread)).toBeCloseTo(1, 5)
    }),
  )
})

describe('estimated accuracy', () => {
  const calibration = { counts: [100, 100, 0, 100], right: [20, 50, 0, 90] }

  test('takes each confidence as right as often as it was', () => {
    expect(estimatedAccuracy(calibration, [100, 100, 0, 100])).toMatchObject({
      accuracy: near((0.2 + 0.5 + 0.9) / 3),
      uncalibrated: 0,
    })
    expect(estimatedAccuracy(calibration, [0, 0, 0, 50]).accuracy).toBeCloseTo(0.9, 12)
  })

  test('believes a confidence that was never seen, and says so', () => {
    const { accuracy, uncalibrated } = estimatedAccuracy(calibration, [0, 0, 10, 10])
    expect([accuracy, uncalibrated]).toEqual([near((0.625 + 0.9) / 2), 0.5])
  })
})

describe('concentration', () => {
  test('of equal shares is none, of one item all', () => {
    expect(concentration([5, 5, 5, 5])).toEqual({ gini: 0, evenness: near(1), top: 0.25 })
    expect(concentration([0, 0, 0, 20])).toEqual({ gini: 0.75, evenness: 0, top: 1 })
    expect(concentration([3])).toEqual({ gini: 0, evenness: 0, top: 1 })
  })

  test('rises when the rich get what the poor had', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 10 })
    fc.assert(
      fc.property(counts, (drawn) => {
        const poorFirst = drawn.sort((a, b) => a - b)
        const moved = poorFirst.map(
          (count, at) => count + (at === 0 ? -1 : at === poorFirst.length - 1 ? 1 : 0),
        )
        expect(concentration(moved).gini).toBeGreaterThan(concentration(poorFirst).gini)
      }),
    )
  })
})

test.each([
  ['a matrix that is not square', () => classificationFigures([[1, 2]])],
  ['no matrix', () => classificationFigures([])],
  ['a negative count', () => classificationFigures([[-1]])],
  ['one class alone', () => binnedAuc([1, 2], [0, 0])],
  [
    'no error yet',
    () =>
      regressionFigures({
        residual: emptyMoments(),
        truth: emptyMoments(),
        absolute: 0,
        percentage: { count: 0, sum: 0 },
      }),
  ],
  ['other bins', () => estimatedAccuracy({ counts: [1], right: [1] }, [1, 2])],
  ['more right than there were', () => estimatedAccuracy({ counts: [1, 1], right: [2, 1] }, [1, 2])],
  ['no recommendation', () => concentration([0, 0])],
  ['NaN recommendations', () => concentration([NaN])],
])('%s is refused', (_, call) => {
  expect(failing(call)).toEqual(invalid)
})
