import type { FeatureSummary, MomentsWire, OutputSummary, TelemetryGroup } from '@homing/protocol'

import { leastValuesTold } from './config.ts'

/**
 * A group without what would tell single values: sums and sketches of fewer than `leastValuesTold` values are left out, and the
 * extremes of more are told in two digits. Counts, and bins of the edges and words that the manifest declares, stay.
 */
export function withoutFew({ features, outputs, correlation, ...rest }: TelemetryGroup): TelemetryGroup {
  return {
    ...rest,
    ...(features && {
      features: {
        ...(features.raw && { raw: mapped(features.raw, featureWithoutFew) }),
        ...(features.processed && { processed: mapped(features.processed, featureWithoutFew) }),
      },
    }),
    ...(outputs && { outputs: mapped(outputs, outputWithoutFew) }),
    ...(correlation && correlation.count >= leastValuesTold && { correlation }),
  }
}

function mapped<T>(summaries: Readonly<Record<string, T>>, change: (summary: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(summaries).map(([name, summary]) => [name, change(summary)]))
}

function featureWithoutFew(summary: FeatureSummary): FeatureSummary {
  return summary.kind === 'numeric' ? numberWithoutFew(summary) : summary
}

function outputWithoutFew(summary: OutputSummary): OutputSummary {
  if (summary.kind === 'value') return numberWithoutFew(summary)
  if (summary.kind !== 'embedding' || summary.count >= leastValuesTold) return summary
  const { projection: _, ...rest } = summary
  return rest
}

type OfNumbers = Extract<FeatureSummary, { kind: 'numeric' }> | Extract<OutputSummary, { kind: 'value' }>

function numberWithoutFew<T extends OfNumbers>(summary: T): T {
  const { moments, quantiles: _, ...rest } = summary
  if (!moments || moments.count < leastValuesTold) return rest as T
  return { ...summary, moments: withCoarseExtremes(moments) }
}

function withCoarseExtremes(moments: MomentsWire): MomentsWire {
  const { min, max } = moments
  return { ...moments, min: inTwoDigits(min, Math.floor), max: inTwoDigits(max, Math.ceil) }
}

function inTwoDigits(value: number, round: (value: number) => number): number {
  if (value === 0) return 0
  const step = Math.max(10 ** (Math.floor(Math.log10(Math.abs(value))) - 1), Number.MIN_VALUE)
  return Number((round(value / step) * step).toPrecision(2))
}
