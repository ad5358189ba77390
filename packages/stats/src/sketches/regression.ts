import { maxMagnitude, type RegressionWire } from '@homing/protocol'

import {
  addMoment,
  emptyMoments,
  mergeMoments,
  type Moments,
  momentsFromWire,
  momentsToWire,
} from './moments.ts'
import {
  addQuantile,
  emptyQuantileSketch,
  mergeQuantileSketches,
  type QuantileSketch,
  quantileSketchFromWire,
  quantileSketchToWire,
} from './quantile-sketch.ts'
import { rounded } from './rounded.ts'

/** Errors of an estimated value against the true one: what MAE, MSE, RMSE, MAPE and R2 are read from. */
export interface Regression {
  /** Estimate less truth: its mean is the bias. */
  residual: Moments
  truth: Moments
  /** Sum of the errors' magnitudes. */
  absolute: number
  /** Errors as shares of the truth, where that is not zero. */
  percentage: { count: number; sum: number }
  /** Magnitudes of the errors; NaN and infinite ones are counted here alone. */
  errors: QuantileSketch
}

/** No error yet. */
export function emptyRegression(): Regression {
  return {
    residual: emptyMoments(),
    truth: emptyMoments(),
    absolute: 0,
    percentage: { count: 0, sum: 0 },
    errors: emptyQuantileSketch(),
  }
}

/** Adds an estimate with what was true, in place. */
export function addRegression(regression: Regression, estimate: number, truth: number): void {
  const residual = estimate - truth
  const error = Math.abs(residual)
  const isKnown = error <= maxMagnitude && Math.abs(truth) <= maxMagnitude
  addQuantile(regression.errors, isKnown || Number.isNaN(error) ? error : Infinity)
  if (!isKnown) return
  addMoment(regression.residual, residual)
  addMoment(regression.truth, truth)
  regression.absolute += error
  const share = error / Math.abs(truth)
  if (!(share <= maxMagnitude)) return
  regression.percentage.count += 1
  regression.percentage.sum += share
}

/** Errors of both. */
export function mergeRegressions(a: Regression, b: Regression): Regression {
  return {
    residual: mergeMoments(a.residual, b.residual),
    truth: mergeMoments(a.truth, b.truth),
    absolute: a.absolute + b.absolute,
    percentage: {
      count: a.percentage.count + b.percentage.count,
      sum: a.percentage.sum + b.percentage.sum,
    },
    errors: mergeQuantileSketches(a.errors, b.errors),
  }
}

const none = { count: 0, mean: 0, m2: 0, min: 0, max: 0 }

/** Errors as they travel. */
export function regressionToWire({
  residual,
  truth,
  absolute,
  percentage,
  errors,
}: Regression): RegressionWire {
  return {
    residual: momentsToWire(residual) ?? none,
    truth: momentsToWire(truth) ?? none,
    absolute: rounded(absolute),
    percentage: { count: percentage.count, sum: rounded(percentage.sum) },
    errors: quantileSketchToWire(errors) ?? {},
  }
}

/** Errors as they are added to. */
export function regressionFromWire(wire: RegressionWire): Regression {
  return {
    residual: momentsFromWire(wire.residual),
    truth: momentsFromWire(wire.truth),
    absolute: wire.absolute,
    percentage: { ...wire.percentage },
    errors: quantileSketchFromWire(wire.errors),
  }
}
