import type { OutputReading } from '@homing/protocol'

import { refusePipeline } from '../refuse-pipeline.ts'
import type { RegressionReading } from './reading.ts'

type Regression = Extract<OutputReading, { kind: 'regression' }>

/** A function from the model's number to its reading: value * scale + offset, clamped to [min, max], with its band. */
export function regressionReader(
  reading: Regression,
  path: string,
): (numbers: Float64Array) => RegressionReading {
  const { tensor, unit, scale = 1, offset = 0, min = -Infinity, max = Infinity, bands = [] } = reading
  if (min > max) refusePipeline(path, `the range from ${min} to ${max} is empty`)
  const unordered = bands.findIndex((band, index) => index > 0 && band.from <= bands[index - 1]!.from)
  if (unordered >= 0) refusePipeline(`${path}.bands.${unordered}`, 'bands must rise by their lower bound')

  return ([number]) => {
    const value = Math.min(Math.max(number! * scale + offset, min), max)
    const band = bands.findLast(({ from }) => value >= from)
    return {
      kind: 'regression',
      tensor,
      value,
      ...(unit === undefined ? {} : { unit }),
      ...(band ? { band: band.label } : {}),
    }
  }
}
