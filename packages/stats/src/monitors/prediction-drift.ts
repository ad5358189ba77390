import type { OutputSummary } from '@homing/protocol'

import { projectionDrift } from '../drift/projection-drift.ts'
import { total } from '../hypothesis/counts.ts'
import { concentration } from '../performance/concentration.ts'
import { compareCategories } from './compare-categories.ts'
import { compareNumbers } from './compare-numbers.ts'
import { type Comparison, tooFew } from './comparison.ts'
import { categoryDesign, largestDesign, numericDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

type Of<Kind extends OutputSummary['kind']> = Extract<OutputSummary, { kind: Kind }>

/** Whether what the model says is distributed as it was. */
export function predictionDrift(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  return Object.entries(current.outputs ?? {}).flatMap(([name, now]) => {
    const before = own(baseline.figures.outputs, name)
    if (before?.kind === 'classes' && now.kind === 'classes')
      return classes(policy, name, baseline, current, before, now)
    if (before?.kind === 'value' && now.kind === 'value')
      return value(policy, name, baseline, current, before, now)
    if (before?.kind === 'ranking' && now.kind === 'ranking')
      return ranking(policy, name, baseline, current, before, now)
    if (before?.kind === 'embedding' && now.kind === 'embedding')
      return embedding(policy, name, baseline, current, before, now)
    return []
  })
}

const about = (name: string, baseline: MonitorBaseline) =>
  ({ monitor: 'prediction drift', family: 'drift', subject: name, baseline: baseline.name }) as const

function classes(
  policy: MonitorPolicy,
  name: string,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
  before: Of<'classes'>,
  now: Of<'classes'>,
): Comparison[] {
  const { pull, ...compared } = compareCategories(
    policy,
    { counts: before.labels, design: categoryDesign(own(baseline.figures.spread?.labels, name)) },
    { counts: now.labels, design: categoryDesign(own(current.spread?.labels, name)) },
  )
  const pullOf = (part: MonitoredFigures): number => {
    const told = own(part.outputs, name)
    return told?.kind === 'classes' ? pull!(told.labels) : 0
  }
  const measure = 'Jensen-Shannon distance'
  return [
    {
      ...about(name, baseline),
      measure,
      threshold: policy.effects.distance,
      ...compared,
      ...(pull && { pull: pullOf }),
    },
  ]
}

function value(
  policy: MonitorPolicy,
  name: string,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
  before: Of<'value'>,
  now: Of<'value'>,
): Comparison[] {
  const { pull, ...compared } = compareNumbers(
    policy,
    { ...before, design: numericDesign(own(baseline.figures.spread?.outputs, name), before.moments) },
    { ...now, design: numericDesign(own(current.spread?.outputs, name), now.moments) },
  )
  const pullOf = (part: MonitoredFigures): number => {
    const told = own(part.outputs, name)
    return told?.kind === 'value' ? pull!(told) : 0
  }
  const measure = 'Kolmogorov-Smirnov distance'
  return [
    {
      ...about(name, baseline),
      measure,
      threshold: policy.effects.distance,
      ...compared,
      ...(pull && { pull: pullOf }),
    },
  ]
}

/** Degenerate feedback loops: the same few items are recommended ever more often. */
function ranking(
  policy: MonitorPolicy,
  name: string,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
  before: Of<'ranking'>,
  now: Of<'ranking'>,
): Comparison[] {
  const design = largestDesign(current)
  const { answer, n, effective } = compareCategories(
    policy,
    { counts: before.first, design: 1 },
    { counts: now.first, design },
  )
  const common = {
    ...about(name, baseline),
    monitor: 'concentration',
    family: 'performance',
    n,
    effective,
  } as const
  const measure = 'rise of the Gini coefficient'
  const threshold = policy.effects.concentration
  if (typeof answer === 'string') return [{ ...common, measure, threshold, answer }]
  const items = [...new Set([...Object.keys(before.first.counts), ...Object.keys(now.first.counts)])]
  const of = ({ first }: Of<'ranking'>) =>
    concentration(items.map((item) => Math.max(0, own(first.counts, item) ?? 0)))
  if ([before, now].some(({ first }) => total(Object.values(first.counts)) <= 0)) return []
  const [old, recent] = [of(before), of(now)]
  const evidence = { gini: recent.gini, giniBefore: old.gini, evenness: recent.evenness, top: recent.top }
  const change = `the item recommended most is ${(100 * recent.top).toFixed(0)}% of all, ${(100 * old.top).toFixed(0)}% before`
  const effect = Math.max(0, recent.gini - old.gini)
  return [{ ...common, measure, threshold, answer: { p: answer.p ?? 1, effect, evidence, change } }]
}

function embedding(
  policy: MonitorPolicy,
  name: string,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
  { projection: before }: Of<'embedding'>,
  { projection: now }: Of<'embedding'>,
): Comparison[] {
  if (!before || !now || before.sums.length !== now.sums.length) return []
  const [n, design] = [now.count, largestDesign(current)]
  const effective = n / design
  const common = {
    ...about(name, baseline),
    monitor: 'multivariate drift',
    n,
    effective,
    measure: 'shift of the mean along a random direction, in standard deviations',
    threshold: policy.effects.deviations,
  } as const
  const few = tooFew(policy, n, effective, before.count)
  if (few !== undefined) return [{ ...common, answer: few }]
  const { p, effect } = projectionDrift(before, now, design)
  const change = `their mean moved by ${effect.toFixed(2)} standard deviations along a random direction`
  return [{ ...common, answer: { p, effect, evidence: { directions: now.sums.length }, change } }]
}
