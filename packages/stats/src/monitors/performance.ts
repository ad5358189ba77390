import type { FeedbackSummary } from '@homing/protocol'

import { total } from '../hypothesis/counts.ts'
import { binnedAuc } from '../performance/binned-scores.ts'
import { classificationFigures } from '../performance/classification.ts'
import { regressionFigures } from '../performance/regression.ts'
import { confusionFromWire } from '../sketches/confusion.ts'
import { scoresFromWire } from '../sketches/scores.ts'
import { compareNumbers } from './compare-numbers.ts'
import { compareRates } from './compare-rates.ts'
import { type Comparison, timesAsMuch } from './comparison.ts'
import { largestDesign } from './effective.ts'
import type { MonitorBaseline, MonitoredFigures } from './figures.ts'
import type { MonitorPolicy } from './policy.ts'
import { own } from './own.ts'

type Of<Kind extends FeedbackSummary['kind']> = Extract<FeedbackSummary, { kind: Kind }>

/**
 * Whether the model is as right as it was, once enough labels have come: labels come late, and the first to come are seldom like
 * the rest.
 */
export function performanceComparisons(
  policy: MonitorPolicy,
  baseline: MonitorBaseline,
  current: MonitoredFigures,
): Comparison[] {
  const design = largestDesign(current)
  return Object.entries(current.feedback ?? {}).flatMap(([name, now]) => {
    const before = own(baseline.figures.feedback, name)
    const common = {
      monitor: 'performance',
      family: 'performance',
      subject: name,
      baseline: baseline.name,
    } as const
    const compared =
      before?.kind === 'labels' && now.kind === 'labels'
        ? labels(policy, common, before, now, design)
        : before?.kind === 'values' && now.kind === 'values'
          ? values(policy, common, before, now, design)
          : []
    const predictions = current.counts?.['predictions'] ?? 0
    const coverage = now.count / predictions
    if (!(coverage < policy.leastCoverage)) return compared
    const answer = `labels of ${(100 * coverage).toFixed(0)}% of the predictions have come, of at least ${(100 * policy.leastCoverage).toFixed(0)}%: the rest are awaited`
    return compared.map(({ pull: _pull, ...comparison }) => ({ ...comparison, answer }))
  })
}

type Common = Pick<Comparison, 'monitor' | 'family' | 'subject' | 'baseline'> & { readonly subject: string }

function labels(
  policy: MonitorPolicy,
  common: Common,
  before: Of<'labels'>,
  now: Of<'labels'>,
  design: number,
): Comparison[] {
  const [old, recent] = [wrongOf(before), wrongOf(now)]
  if (old.of === 0 || recent.of === 0) return []
  const compared = compareRates(policy, old, { ...recent, design })
  const answer =
    typeof compared.answer === 'string'
      ? compared.answer
      : {
          ...compared.answer,
          evidence: {
            accuracy: 1 - recent.events / recent.of,
            accuracyBefore: 1 - old.events / old.of,
            ...figuresOf(now),
          },
          change: `accuracy is ${percent(1 - recent.events / recent.of)}, ${percent(1 - old.events / old.of)} before`,
        }
  return [
    {
      ...common,
      measure: 'drop of accuracy',
      threshold: policy.effects.accuracy,
      ...compared,
      answer,
      pull: (part) => {
        const told = own(part.feedback, common.subject)
        if (told?.kind !== 'labels') return 0
        const { events, of } = wrongOf(told)
        return events - (old.events / old.of) * of
      },
    },
  ]
}

/** Wrong answers among those whose label is known. */
export function wrongOf({ confusion }: Of<'labels'>): { events: number; of: number } {
  if (!confusion) return { events: 0, of: 0 }
  const { labels: known, counts } = confusionFromWire(confusion)
  const of = total([...counts])
  const right = known.reduce((sum, _, at) => sum + counts[at * known.length + at]!, 0)
  return { events: of - right, of }
}

/** Macro F1, log loss and AUC, as far as they are told. */
function figuresOf({ confusion, scores }: Of<'labels'>): Record<string, number> {
  const figures: Record<string, number> = {}
  if (confusion) {
    const { labels: known, counts } = confusionFromWire(confusion)
    const matrix = known.map((_, row) => [...counts.slice(row * known.length, (row + 1) * known.length)])
    figures['macroF1'] = classificationFigures(matrix).macroF1
  }
  if (!scores) return figures
  if (scores.logLoss.count > 0) figures['logLoss'] = scores.logLoss.sum / scores.logLoss.count
  for (const [label, { positive, negative }] of scoresFromWire(scores).classes)
    if (total([...positive]) > 0 && total([...negative]) > 0)
      figures[`AUC of ${label}`] = binnedAuc([...positive], [...negative]).auc
  return figures
}

function values(
  policy: MonitorPolicy,
  common: Common,
  before: Of<'values'>,
  now: Of<'values'>,
  design: number,
): Comparison[] {
  if (!before.errors?.residual.count || !now.errors?.residual.count) return []
  const [old, recent] = [before.errors, now.errors].map(regressionFigures) as [Regression, Regression]
  const { n, effective, answer } = compareNumbers(
    policy,
    { quantiles: before.errors.errors, design: 1 },
    { quantiles: now.errors.errors, design },
  )
  const rise = timesAsMuch(recent.mae, old.mae) - 1
  const { bias, mae, rmse, mape, r2 } = recent
  const change = `mean absolute error is ${mae.toPrecision(3)}, ${old.mae.toPrecision(3)} before`
  const { mae: maeBefore, rmse: rmseBefore, r2: r2Before } = old
  const evidence = finite({ bias, mae, rmse, mape, r2, maeBefore, rmseBefore, r2Before })
  return [
    {
      ...common,
      measure: 'rise of the mean absolute error, as a share',
      threshold: policy.effects.error,
      n,
      effective,
      answer:
        typeof answer === 'string'
          ? answer
          : { p: rise > 0 ? (answer.p ?? 1) : 1, effect: Math.max(0, rise), evidence, change },
      pull: (part) => {
        const told = own(part.feedback, common.subject)
        return told?.kind === 'values' && told.errors
          ? told.errors.absolute - old.mae * told.errors.residual.count
          : 0
      },
    },
  ]
}

type Regression = ReturnType<typeof regressionFigures>

function finite(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)))
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
