import type { CalibrationWire } from '@homing/protocol'

import { total } from '../hypothesis/counts.ts'
import { estimatedAccuracy } from '../performance/estimated.ts'
import { normalTail } from '../special/normal.ts'
import { type Comparison, tooFew } from './comparison.ts'
import { categoryDesign, largestDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

/** Whether the model would be less right than it was, by its confidences alone: before any label has come. */
export function estimatedPerformance(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  return Object.entries(current.outputs ?? {}).flatMap(([name, output]): Comparison[] => {
    const calibration = calibrationOf(baseline.figures, name)
    if (output.kind !== 'classes' || !output.confidence || !calibration) return []
    if (calibration.counts.length !== output.confidence.length) return []
    const n = total(output.confidence)
    const design = Math.max(categoryDesign(own(current.spread?.labels, name)), largestDesign(current))
    const common = {
      monitor: 'estimated performance',
      family: 'performance',
      subject: name,
      baseline: baseline.name,
      n,
      effective: n / design,
      measure: 'drop of the estimated accuracy',
      threshold: policy.effects.accuracy,
    } as const
    const few = tooFew(policy, n, n / design, total(calibration.counts))
    if (few !== undefined) return [{ ...common, answer: few }]
    const before = total(calibration.right) / total(calibration.counts)
    const { accuracy, error, uncalibrated } = estimatedAccuracy(calibration, output.confidence)
    const effect = Math.max(0, before - accuracy)
    const variance = error ** 2 * design + (before * (1 - before)) / total(calibration.counts)
    const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
    return [
      {
        ...common,
        answer: {
          p: effect > 0 ? 2 * normalTail(effect / Math.sqrt(variance)) : 1,
          effect,
          evidence: {
            estimatedAccuracy: accuracy,
            accuracyBefore: before,
            standardError: Math.sqrt(variance),
            uncalibrated,
          },
          change: `accuracy is estimated at ${percent(accuracy)} by the model's confidence, ${percent(before)} before`,
        },
      },
    ]
  })
}

/** What the baseline's labels said of its confidences. */
export function calibrationOf({ feedback }: MonitoredFigures, name: string): CalibrationWire | undefined {
  const known = own(feedback, name)
  return known?.kind === 'labels' && total(known.calibration?.counts ?? []) > 0
    ? known.calibration
    : undefined
}
