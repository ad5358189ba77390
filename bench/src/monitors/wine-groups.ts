import type { FeedbackSummary, TelemetryGroup } from '@homing/protocol'
import {
  addMoment,
  addQuantile,
  addRegression,
  emptyMoments,
  emptyQuantileSketch,
  emptyRegression,
  mergeRollups,
  momentsToWire,
  quantileSketchToWire,
  regressionToWire,
  type RollupBody,
  rollupOf,
} from '@homing/stats'

import { wineFeatures } from '../../../models/src/data/wine-features.ts'
import type { TastedWine } from './wines.ts'

/** What is true of a wine: its tasters' score, or whatever an experiment makes of it. */
export type Truth = (wine: TastedWine) => number

const taste: Truth = ({ quality }) => quality

/** What one device tells of the wines that it asked about, as its recorder would; no labels where `truth` is null. */
export function deviceGroup(wines: readonly TastedWine[], truth: Truth | null = taste): TelemetryGroup {
  const count = wines.length
  const raw = Object.fromEntries(
    wineFeatures.map(({ name }) => [
      name,
      {
        kind: 'numeric' as const,
        ...{ count, missing: 0, mismatched: 0, failed: 0, nonFinite: 0 },
        ...sketches(wines.map(({ features }) => features[name])),
      },
    ]),
  )
  const quality = {
    kind: 'value' as const,
    ...{ count, nonFinite: 0 },
    ...sketches(wines.map(({ predicted }) => predicted)),
  }
  return {
    ...{ hour: 0, model: 'wine', version: '1.0.0', variant: 'fp32', backend: 'wasm' },
    counts: { predictions: count, calls: count },
    features: { raw },
    outputs: { quality },
    ...(truth && { feedback: { quality: feedbackOf(wines, truth) } }),
  }
}

function feedbackOf(wines: readonly TastedWine[], truth: Truth): FeedbackSummary {
  const errors = emptyRegression()
  for (const wine of wines) addRegression(errors, wine.predicted, truth(wine))
  return { kind: 'values', count: wines.length, unmatched: 0, errors: regressionToWire(errors) }
}

/** What the server's rollup holds of many devices. */
export function rollupOfDevices(
  devices: readonly (readonly TastedWine[])[],
  truth?: Truth | null,
): RollupBody {
  return devices.map((wines) => rollupOf(deviceGroup(wines, truth))).reduce(mergeRollups)
}

function sketches(values: readonly number[]) {
  const [moments, quantiles] = [emptyMoments(), emptyQuantileSketch()]
  for (const value of values) {
    addMoment(moments, value)
    addQuantile(quantiles, value)
  }
  return { moments: momentsToWire(moments)!, quantiles: quantileSketchToWire(quantiles)! }
}
