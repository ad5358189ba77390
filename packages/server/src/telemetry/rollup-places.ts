import { canonicalBytes, type TelemetryBatch, type TelemetryGroup } from '@homing/protocol'

import type { RollupPlace } from '../repositories/rollup-repository.ts'
import { dayHours, dayOf } from './hours.ts'

/** What the hour of a place depends on beside the group. */
export interface PlaceClock {
  /** Hour in which the batch came: groups of later ones are taken for it. */
  readonly present: number
  /** Groups of hours before this one go into rollups of their day. */
  readonly hourlySince: number
}

/** The rollup that a group of `batch` goes into, until something is released. */
export function placeOf(
  app: string,
  { browser }: TelemetryBatch,
  group: TelemetryGroup,
  { present, hourlySince }: PlaceClock,
): RollupPlace {
  const { model, version, variant, backend, slice = {}, privacy } = group
  const hour = Math.min(group.hour, present)
  const daily = hour < hourlySince
  // Answers that were randomised with one epsilon can be read together, and with no others.
  const told = privacy ? { ...slice, [epsilonSlice]: String(privacy.epsilon) } : slice
  return {
    release: 0,
    span: daily ? dayHours : 1,
    hour: daily ? dayOf(hour) : hour,
    app,
    model,
    version,
    variant,
    backend,
    browser: `${browser.family} ${browser.major}`,
    slice: Buffer.from(canonicalBytes(told)).toString(),
  }
}

/** Name of the slice in which the epsilon of local differential privacy is told. */
const epsilonSlice = '(epsilon)'
