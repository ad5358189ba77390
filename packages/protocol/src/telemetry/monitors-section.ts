import * as v from 'valibot'

import type { Manifest } from '../manifest.ts'
import { parseWith } from '../parse.ts'

/** Most hours of a window, and most windows of a baseline: 90 days of hours. */
const maxHours = 24 * 90

const share = v.pipe(v.number(), v.gtValue(0), v.maxValue(1))
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxHours))

/** From which change on a monitor of each kind alarms. */
const EffectsSchema = v.strictObject({
  distance: v.optional(positive),
  quality: v.optional(positive),
  failures: v.optional(positive),
  latency: v.optional(positive),
  volume: v.optional(positive),
  versions: v.optional(positive),
  correlation: v.optional(positive),
  accuracy: v.optional(positive),
  error: v.optional(positive),
  concentration: v.optional(positive),
  deviations: v.optional(positive),
  separation: v.optional(positive),
})

/** Which hours are judged, and against which. */
const ScheduleSchema = v.strictObject({
  /** Hours of a window. */
  window: v.optional(count),
  /** Windows before it that the trailing baseline holds; 0 for none. */
  trailing: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maxHours))),
  /** Hours after which things repeat, such as 168 for a week, and how many repetitions the seasonal baseline holds; 0 for none. */
  season: v.optional(count),
  seasons: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maxHours))),
})

/** How a model is watched, where its publisher wants it otherwise than by default. */
export const MonitorsSectionSchema = v.strictObject({
  alpha: v.optional(share),
  correction: v.optional(v.picklist(['holm', 'benjamini-hochberg'])),
  leastSamples: v.optional(positive),
  leastEffective: v.optional(positive),
  leastCoverage: v.optional(share),
  effects: v.optional(EffectsSchema),
  schedule: v.optional(ScheduleSchema),
})

/** How a model is watched. */
export type MonitorsSection = v.InferOutput<typeof MonitorsSectionSchema>

/**
 * What a manifest says of monitors; empty where it says nothing. Apart from `parseManifest`: servers read it, and devices need not
 * carry it.
 * @throws HomingError MANIFEST_INVALID
 */
export function readMonitorsSection({ monitors = {} }: Pick<Manifest, 'monitors'>): MonitorsSection {
  return parseWith(MonitorsSectionSchema, monitors, 'MANIFEST_INVALID', 'The monitors section')
}
