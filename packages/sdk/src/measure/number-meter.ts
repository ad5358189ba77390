import type { FeatureSummary } from '@homing/protocol'
import {
  addMoment,
  addQuantile,
  addToHistogram,
  emptyHistogram,
  emptyMoments,
  emptyQuantileSketch,
  type Histogram,
  histogramToWire,
  type Moments,
  momentsToWire,
  type QuantileSketch,
  quantileSketchToWire,
} from '@homing/stats'

import type { Disguise } from './disguise.ts'

type NumericSummary = Extract<FeatureSummary, { kind: 'numeric' }>

/** Numbers of one feature or output since the last `take`. */
export interface NumberMeter {
  add(value: unknown): void
  /** A check of the pipeline refused the value. */
  fail(): void
  /** What was added, and begins anew; undefined where nothing was. */
  take(): NumericSummary | undefined
}

interface Measured {
  count: number
  missing: number
  mismatched: number
  failed: number
  nonFinite: number
  readonly moments: Moments
  readonly quantiles: QuantileSketch
  readonly histogram: Histogram | undefined
}

/** `disguise`: nothing but the bin of a value is told then, and that is chosen by randomised response. */
export function numberMeter(edges: readonly number[] | undefined, disguise?: Disguise): NumberMeter {
  const empty = (): Measured => ({
    count: 0,
    missing: 0,
    mismatched: 0,
    failed: 0,
    nonFinite: 0,
    moments: emptyMoments(),
    quantiles: emptyQuantileSketch(),
    histogram: edges && emptyHistogram(edges),
  })
  const respond = disguise && edges ? disguise(edges.length + 1) : undefined
  let now = empty()

  const addDisguised = (value: number): void => {
    const { histogram } = now
    if (histogram && respond) histogram.counts[respond(binOf(histogram.edges, value))]! += 1
  }
  return {
    add(value) {
      now.count += 1
      if (disguise) {
        if (typeof value === 'number' && !Number.isNaN(value)) addDisguised(value)
      } else if (typeof value === 'number') {
        if (value - value === 0) {
          addMoment(now.moments, value)
          addQuantile(now.quantiles, value)
          if (now.histogram) addToHistogram(now.histogram, value)
        } else if (Number.isNaN(value)) now.missing += 1
        else now.nonFinite += 1
      } else if (value === undefined || value === null) now.missing += 1
      else now.mismatched += 1
    },
    fail() {
      if (!disguise) now.failed += 1
    },
    take() {
      if (now.count === 0) return undefined
      const { moments, quantiles, histogram, ...counts } = now
      now = empty()
      const [told, sketch] = [momentsToWire(moments), quantileSketchToWire(quantiles)]
      return {
        kind: 'numeric',
        ...counts,
        ...(told && { moments: told }),
        ...(sketch && { quantiles: sketch }),
        ...(histogram && { histogram: histogramToWire(histogram) }),
      }
    },
  }
}

/** Place among the counts of a histogram with these edges. */
function binOf(edges: ArrayLike<number>, value: number): number {
  let bin = 0
  while (bin < edges.length && value > edges[bin]!) bin++
  return bin
}
