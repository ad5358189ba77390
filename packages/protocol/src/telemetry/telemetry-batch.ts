import * as v from 'valibot'

import { VersionSchema } from '../version.ts'
import { batchIdBytes, maxEvents, maxGroups, telemetryProtocol } from './config.ts'
import { CountSchema } from './figures.ts'
import { TelemetryEventSchema } from './telemetry-event.ts'
import { TelemetryGroupSchema } from './telemetry-group.ts'

/** Browsers that are told apart; more than family and major version is never told. */
export const browserFamilies = ['chrome', 'edge', 'firefox', 'opera', 'safari', 'samsung', 'other'] as const

/** Cores, rounded down: the exact number would help to know a device again. */
export const threadClasses = [1, 2, 4, 8, 16] as const

/**
 * Why something was not told. `count`, `bytes`, `age`: the outbox was full, or it was too old; `storage`: the device could
 * not keep it; `refused`: the server will not take it; `groups`: more slices at once than are kept; `damaged`: what was kept
 * could not be read.
 */
export const dropReasons = ['count', 'bytes', 'age', 'storage', 'refused', 'groups', 'damaged'] as const

/** What one device sends at once. The app is named by its key in a header, the device by nothing. */
export const TelemetryBatchSchema = v.pipe(
  v.strictObject({
    protocol: v.literal(telemetryProtocol),
    /** Random, of this batch alone: so that it is counted once, however often it is sent. */
    id: v.pipe(
      v.string(),
      v.regex(new RegExp(`^[A-Za-z0-9_-]{${String(Math.ceil((batchIdBytes * 8) / 6))}}$`), 'not a batch id'),
    ),
    sdk: VersionSchema,
    level: v.picklist(['aggregate', 'events']),
    browser: v.strictObject({
      family: v.picklist(browserFamilies),
      major: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(9_999)),
    }),
    device: v.strictObject({
      class: v.picklist(['low', 'mid', 'high']),
      kind: v.picklist(['desktop', 'mobile', 'webview']),
      threads: v.picklist(threadClasses),
      gpu: v.picklist(['webgpu', 'webgl', 'none']),
    }),
    /** What was dropped since the batch before, in batches (`groups`: in predictions). */
    dropped: v.optional(v.strictObject(v.entriesFromList(dropReasons, v.optional(CountSchema)))),
    groups: v.pipe(v.array(TelemetryGroupSchema), v.maxLength(maxGroups)),
    events: v.optional(v.pipe(v.array(TelemetryEventSchema), v.maxLength(maxEvents))),
  }),
  v.check(
    ({ level, events }) => level === 'events' || events === undefined,
    'there are events in a batch of aggregates',
  ),
)

/** What one device sends at once. */
export type TelemetryBatch = v.InferOutput<typeof TelemetryBatchSchema>
export type BrowserFamily = (typeof browserFamilies)[number]
export type DropReason = (typeof dropReasons)[number]
