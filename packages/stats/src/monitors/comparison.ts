import { HomingError } from '@homing/protocol'

import type { MonitoredFigures } from './figures.ts'
import type { Finding } from './finding.ts'

/** What a comparison measured. */
export interface Measured {
  /** Missing where a threshold alone decides. */
  readonly p?: number
  readonly effect: number
  readonly resolution?: number
  readonly evidence: Readonly<Record<string, number | string>>
  /** What happened, in words without a full stop, for the reading of an alarm. */
  readonly change: string
}

/** One comparison of the window with a baseline, before it is corrected for all the others. */
export interface Comparison extends Pick<
  Finding,
  'monitor' | 'family' | 'subject' | 'stage' | 'baseline' | 'n' | 'effective' | 'measure' | 'threshold'
> {
  /** A text says why there are not enough data. */
  readonly answer: Measured | string
  /** How far the figures of a part pull towards the change; sums over parts to the pull of the whole. */
  readonly pull?: (part: MonitoredFigures) => number
}

/**
 * Why samples are too few to compare; undefined where they are enough.
 * @throws HomingError DATA_INVALID for a number of observations that is not finite.
 */
export function tooFew(
  { leastSamples, leastEffective }: { readonly leastSamples: number; readonly leastEffective: number },
  n: number,
  effective: number,
  baseline: number,
): string | undefined {
  if (![n, effective, baseline].every(Number.isFinite))
    throw new HomingError('DATA_INVALID', `${n} and ${baseline} are no numbers of observations`)
  if (n < leastSamples) return `${Math.floor(n)} of at least ${leastSamples} observations have come`
  if (baseline < leastSamples)
    return `the baseline holds ${Math.floor(baseline)} of at least ${leastSamples} observations`
  if (effective >= leastEffective) return undefined
  return `${Math.floor(n)} observations tell no more than ${Math.floor(effective)} independent ones, of at least ${leastEffective}: those of a device are alike`
}

/** How many times as much as before, as a number that JSON can tell: 1 where both are 0. */
export function timesAsMuch(now: number, before: number): number {
  if (now === before) return 1
  return Math.min(now / before, Number.MAX_VALUE)
}
