import type { FeatureSummary, OutputSummary, TelemetryGroup } from '@homing/protocol'

import { addBatch, type BatchSpread, emptySpread } from '../hypothesis/design-effect.ts'
import { present } from '../summaries/present.ts'
import type { LabelSpread, RollupBody } from './rollup-body.ts'

/** One group of one batch as a rollup; it shares parts with `group`. */
export function rollupOf(group: TelemetryGroup): RollupBody {
  const { hour: _h, model: _m, version: _v, variant: _va, backend: _b, slice: _s, first: _f, ...rest } = group
  const { pipeline, ...shared } = rest
  const { counts, errors = {}, features: { raw, processed } = {}, outputs } = group
  return {
    ...shared,
    ...(pipeline !== undefined && { pipelines: { [pipeline]: 1 } }),
    spread: present({
      errors: spreadOf(total(errors), Math.max(0, counts.predictions ?? 0)),
      raw: mapped(raw, meanSpread),
      processed: mapped(processed, meanSpread),
      outputs: mapped(outputs, meanSpread),
      categories: mapped(raw, shareSpread),
      labels: mapped(outputs, shareSpread),
    }),
  }
}

/** The one batch's sum of values, where they are numbers. */
function meanSpread(summary: FeatureSummary | OutputSummary): BatchSpread | undefined {
  if ((summary.kind !== 'numeric' && summary.kind !== 'value') || !summary.moments) return undefined
  return spreadOf(summary.moments.mean * summary.moments.count, summary.moments.count)
}

/** The one batch's counts by label, where there are some. */
function shareSpread(summary: FeatureSummary | OutputSummary): LabelSpread | undefined {
  const named =
    summary.kind === 'category' ? summary.categories : summary.kind === 'classes' ? summary.labels : undefined
  if (!named) return undefined
  const n = summary.count
  return {
    batches: n > 0 ? 1 : 0,
    n,
    nn: n * n,
    labels: mapped(named.counts, (y): [number, number, number] => [y, y * y, y * n]) ?? {},
  }
}

function spreadOf(y: number, n: number): BatchSpread {
  const spread = emptySpread()
  addBatch(spread, y, n)
  return spread
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** What `make` makes of each value, by its name; undefined where that is nothing. */
function mapped<T, R>(
  named: Readonly<Record<string, T>> | undefined,
  make: (value: T) => R | undefined,
): Record<string, R> | undefined {
  const made: Record<string, R> = {}
  for (const name in named) {
    const value = make(named[name]!)
    if (value !== undefined) made[name] = value
  }
  return Object.keys(made).length > 0 ? made : undefined
}
