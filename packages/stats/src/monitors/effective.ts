import { type BatchSpread, designEffect } from '../hypothesis/design-effect.ts'
import type { LabelSpread } from '../rollup/rollup-body.ts'
import type { MonitoredFigures } from './figures.ts'
import { own } from './own.ts'

/** How sure the design effect is not larger than it is taken for. */
const confidence = 0.95

/** How many times less than independent ones observations of a number tell. */
export function numericDesign(
  spread: BatchSpread | undefined,
  moments: { readonly count: number; readonly m2: number } | undefined,
): number {
  if (!spread || !moments || moments.count < 2) return 1
  return designEffect(spread, moments.m2 / (moments.count - 1), confidence)
}

/**
 * The same of categories: the mean over categories, weighted by the variance of each (Rao and Scott, J. Am. Stat. Assoc. 76, 1981).
 */
export function categoryDesign(spread: LabelSpread | undefined): number {
  if (!spread || spread.n === 0) return 1
  const { batches, n, nn } = spread
  let [weighted, weights] = [0, 0]
  for (const [y, yy, ny] of Object.values(spread.labels)) {
    const share = y / n
    const variance = share * (1 - share)
    if (!(variance > 0)) continue
    weighted += (1 - share) * designEffect({ batches, n, nn, y, yy, ny }, variance, confidence)
    weights += 1 - share
  }
  return weights > 0 ? Math.max(1, weighted / weights) : 1
}

/** The design effect of errors among predictions. */
export function errorDesign(spread: BatchSpread | undefined): number {
  if (!spread || spread.n === 0) return 1
  const rate = Math.min(1, spread.y / spread.n)
  return designEffect(spread, rate * (1 - rate), confidence)
}

/** The largest design effect of any feature or output: what is taken for a figure whose own is not known. */
export function largestDesign({ spread, features, outputs }: MonitoredFigures): number {
  const designs = [1]
  for (const stage of ['raw', 'processed'] as const)
    for (const [name, summary] of Object.entries(features?.[stage] ?? {}))
      if (summary.kind === 'numeric') designs.push(numericDesign(own(spread?.[stage], name), summary.moments))
  for (const [name, summary] of Object.entries(outputs ?? {}))
    if (summary.kind === 'value') designs.push(numericDesign(own(spread?.outputs, name), summary.moments))
  for (const named of [spread?.categories, spread?.labels])
    for (const each of Object.values(named ?? {})) designs.push(categoryDesign(each))
  return Math.max(...designs)
}
