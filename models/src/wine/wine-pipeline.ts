import type { Pipeline } from '@homing/protocol'

import type { Wine } from '../data/wine.ts'
import { wineFeatures } from '../data/wine-features.ts'
import { wineInput, wineOutput } from './wine-model.ts'

/** Significant digits of the means and deviations that travel with the package. */
const precision = 6

/** Names of the ranges of quality, by lower bound, in points. */
const bands = [
  { from: 0, label: 'plain' },
  { from: 5.5, label: 'fair' },
  { from: 6.2, label: 'good' },
  { from: 7, label: 'excellent' },
]

/**
 * From a row of measurements to the model's input: range checks, missing values replaced by the mean, and each
 * feature standardised by the mean and deviation it has in `wines`.
 */
export function winePipeline(wines: readonly Wine[]): Pipeline {
  const features = wineFeatures.map(({ name, unit, min, max }) => {
    const { mean, std } = statistics(wines.map((wine) => wine.features[name]))
    return {
      kind: 'number' as const,
      name,
      unit,
      impute: mean,
      standardise: { mean, std },
      checks: [{ kind: 'range' as const, min, max }],
    }
  })
  return {
    inputs: [{ kind: 'table', name: 'wine', tensor: wineInput, features }],
    outputs: [{ kind: 'regression', tensor: wineOutput, unit: 'points', min: 0, max: 10, bands }],
  }
}

function statistics(values: readonly number[]): { mean: number; std: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return {
    mean: Number(mean.toPrecision(precision)),
    std: Number(Math.sqrt(variance).toPrecision(precision)),
  }
}
