import type { FeatureSummary } from '@homing/protocol'

import { compareCategories } from './compare-categories.ts'
import { compareNumbers } from './compare-numbers.ts'
import type { Comparison } from './comparison.ts'
import { categoryDesign, numericDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

/** Whether each feature is distributed as it was, before and after the pipeline. */
export function featureDrift(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  return (['raw', 'processed'] as const).flatMap((stage) =>
    Object.entries(current.features?.[stage] ?? {}).flatMap(([name, summary]) => {
      const before = own(baseline.figures.features?.[stage], name)
      const about = {
        monitor: 'feature drift',
        family: 'drift',
        subject: name,
        stage,
        baseline: baseline.name,
      } as const
      return before ? compare(policy, about, [baseline.figures, before], [current, summary]) : []
    }),
  )
}

type About = Pick<Comparison, 'monitor' | 'family' | 'subject' | 'baseline'> & {
  subject: string
  stage: 'raw' | 'processed'
}
type Side = readonly [figures: MonitoredFigures, summary: FeatureSummary]

function compare(
  policy: MonitorPolicy,
  about: About,
  [then, before]: Side,
  [now, summary]: Side,
): Comparison[] {
  const { subject: name, stage } = about
  const threshold = policy.effects.distance
  if (summary.kind === 'numeric' && before.kind === 'numeric') {
    const { pull, ...compared } = compareNumbers(
      policy,
      { ...before, design: numericDesign(own(then.spread?.[stage], name), before.moments) },
      { ...summary, design: numericDesign(own(now.spread?.[stage], name), summary.moments) },
    )
    const pullOf = (part: MonitoredFigures): number => {
      const told = own(part.features?.[stage], name)
      return told?.kind === 'numeric' ? pull!(told) : 0
    }
    const measure = 'Kolmogorov-Smirnov distance'
    return [{ ...about, measure, threshold, ...compared, ...(pull && { pull: pullOf }) }]
  }
  if (summary.kind !== 'category' || before.kind !== 'category') return []
  const { pull, ...compared } = compareCategories(
    policy,
    { counts: before.categories, design: categoryDesign(own(then.spread?.categories, name)) },
    { counts: summary.categories, design: categoryDesign(own(now.spread?.categories, name)) },
  )
  const pullOf = (part: MonitoredFigures): number => {
    const told = own(part.features?.[stage], name)
    return told?.kind === 'category' ? pull!(told.categories) : 0
  }
  return [
    { ...about, measure: 'Jensen-Shannon distance', threshold, ...compared, ...(pull && { pull: pullOf }) },
  ]
}
