import { describe, expect, it } from 'vitest'

import { evaluateCalibration } from './calibration.ts'
import { evaluateClassification, softmaxRows } from './classification.ts'
import { evaluateRegression } from './regression.ts'

describe('softmaxRows', () => {
  it('adds up to one a row, also for large logits', () => {
    const probabilities = softmaxRows(Float32Array.of(0, 0, 1000, 1001), 2)
    expect([...probabilities].map((value) => value.toFixed(4))).toEqual([
      '0.5000',
      '0.5000',
      '0.2689',
      '0.7311',
    ])
  })
})

describe('evaluateClassification', () => {
  it('counts right and wrong, and takes the logarithm of the true class', () => {
    const result = evaluateClassification(
      Float64Array.of(0.8, 0.2, 0.6, 0.4, 0.1, 0.9),
      Uint8Array.of(0, 1, 1),
      2,
    )
    expect(result.accuracy).toBeCloseTo(2 / 3)
    expect(result.logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.4) + Math.log(0.9)) / 3)
    expect(result.confusion).toEqual([
      [1, 0],
      [1, 1],
    ])
  })

  it('has a finite log loss where the true class has no probability at all', () => {
    expect(evaluateClassification(Float64Array.of(1, 0), Uint8Array.of(1), 2).logLoss).toBeCloseTo(
      -Math.log(1e-12),
    )
  })
})

describe('evaluateCalibration', () => {
  it('weighs the gap between confidence and accuracy by count', () => {
    // Two at 95% of which one is right (gap 0.45), two at 55% that are both right (gap 0.45).
    const probabilities = Float64Array.of(0.95, 0.05, 0.95, 0.05, 0.55, 0.45, 0.55, 0.45)
    const { ece, bins } = evaluateCalibration(probabilities, Uint8Array.of(0, 1, 0, 0), 2)
    expect(ece).toBeCloseTo(0.45)
    expect(bins.filter(({ count }) => count > 0)).toMatchObject([
      { from: 0.5, count: 2, accuracy: 1 },
      { from: 0.9, count: 2, accuracy: 0.5 },
    ])
  })

  it('puts certainty into the last bin', () => {
    const { ece, bins } = evaluateCalibration(Float64Array.of(1, 0), Uint8Array.of(0), 2)
    expect(bins.at(-1)!.count).toBe(1)
    expect(ece).toBe(0)
  })
})

describe('evaluateRegression', () => {
  it('gives the errors and the variance explained', () => {
    const { mae, rmse, r2 } = evaluateRegression([1, 2, 5], [1, 3, 2])
    expect(mae).toBeCloseTo(4 / 3)
    expect(rmse).toBeCloseTo(Math.sqrt(10 / 3))
    expect(r2).toBeCloseTo(1 - 10 / 2)
    expect(evaluateRegression([2, 2, 2], [1, 3, 2]).r2).toBeCloseTo(0)
  })
})
