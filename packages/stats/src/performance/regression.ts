import { HomingError, type RegressionWire } from '@homing/protocol'

/** How well a value is estimated. */
export interface RegressionFigures {
  readonly n: number
  /** Mean estimate less mean truth. */
  readonly bias: number
  readonly mae: number
  readonly mse: number
  readonly rmse: number
  /** Mean magnitude of the error as a share of the truth, over truths that are not 0; NaN where all are. */
  readonly mape: number
  /** Share of the truth's variance that is explained; NaN where the truth does not vary. */
  readonly r2: number
}

/**
 * Figures of a sketch of errors.
 * @throws HomingError DATA_INVALID where it holds no pair.
 */
export function regressionFigures(
  errors: Pick<RegressionWire, 'residual' | 'truth' | 'absolute' | 'percentage'>,
): RegressionFigures {
  const { residual, truth, absolute, percentage } = errors
  const n = residual.count
  if (!(n > 0)) throw new HomingError('DATA_INVALID', 'no estimate has met its truth yet')
  const squares = residual.m2 + n * residual.mean ** 2
  return {
    n,
    bias: residual.mean,
    mae: absolute / n,
    mse: squares / n,
    rmse: Math.sqrt(squares / n),
    mape: percentage.sum / percentage.count,
    r2: truth.m2 > 0 ? 1 - squares / truth.m2 : NaN,
  }
}
