import type { FeatureSummary } from '@homing/protocol'

import type { Comparison } from './comparison.ts'
import { compareRates } from './compare-rates.ts'
import { largestDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorName } from './finding.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

/** By what factor the number of different categories may grow. */
const cardinalityFactor = 2

/** What is wrong with values, by monitor. */
const faults: readonly (readonly [monitor: MonitorName, events: (summary: FeatureSummary) => number])[] = [
  ['missing', ({ missing }) => missing],
  ['mismatched', ({ mismatched }) => mismatched],
  ['failed checks', ({ failed }) => failed],
  ['not finite', (summary) => (summary.kind === 'numeric' ? summary.nonFinite : 0)],
  ['unseen categories', (summary) => (summary.kind === 'category' ? summary.unseen : 0)],
]

/** Whether more values are missing, mistyped, refused or unseen than were, before and after the pipeline. */
export function qualityComparisons(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  const design = largestDesign(current)
  const compared: Comparison[] = []
  for (const stage of ['raw', 'processed'] as const) {
    for (const [name, summary] of Object.entries(current.features?.[stage] ?? {})) {
      const before = own(baseline.figures.features?.[stage], name)
      if (before?.kind !== summary.kind) continue
      const about = { family: 'quality', subject: name, stage, baseline: baseline.name } as const
      for (const [monitor, eventsOf] of faults) {
        if (eventsOf(summary) === 0) continue
        const rate = eventsOf(before) / before.count
        compared.push({
          ...about,
          monitor,
          measure: 'rise of the rate',
          threshold: policy.effects.quality,
          ...compareRates(
            policy,
            { events: eventsOf(before), of: before.count },
            { events: eventsOf(summary), of: summary.count, design },
          ),
          pull: (part) => {
            const told = own(part.features?.[stage], name)
            return told ? eventsOf(told) - rate * told.count : 0
          },
        })
      }
      compared.push(...cardinality(policy, about, before, summary))
    }
  }
  return compared
}

function cardinality(
  policy: MonitorPolicy,
  about: Pick<Comparison, 'family' | 'subject' | 'stage' | 'baseline'>,
  before: FeatureSummary,
  now: FeatureSummary,
): Comparison[] {
  if (before.kind !== 'category' || now.kind !== 'category' || before.count < policy.leastSamples) return []
  const [old, recent] = [before, now].map(({ categories }) => Object.keys(categories.counts).length) as [
    number,
    number,
  ]
  if (old === 0) return []
  const change = `${recent} categories are seen, ${old} before`
  return [
    {
      ...about,
      monitor: 'cardinality',
      measure: 'growth of the number of categories, as a factor',
      threshold: cardinalityFactor,
      n: now.count,
      effective: now.count,
      answer: { effect: recent / old, evidence: { categories: recent, categoriesBefore: old }, change },
    },
  ]
}
