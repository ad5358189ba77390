import * as v from 'valibot'

import { ModelNameSchema } from '../names.ts'
import { PrecisionSchema } from '../variants.ts'
import { VersionSchema } from '../version.ts'
import { maxEventFields, maxEventHours } from './config.ts'
import { bounded, FigureSchema, HourSchema, LabelSchema } from './figures.ts'
import { telemetryBackends } from './telemetry-group.ts'

/** One prediction, where the app opted in: sampled, declared fields alone, and to be deleted when it has expired. */
export const TelemetryEventSchema = v.strictObject({
  hour: HourSchema,
  model: ModelNameSchema,
  version: VersionSchema,
  variant: PrecisionSchema,
  backend: v.picklist(telemetryBackends),
  /** Of the predictions, the share that is told. */
  rate: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  /** Hours after which the server deletes it. */
  keep: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(maxEventHours)),
  /** Declared features and outputs, by name. */
  fields: bounded(LabelSchema, v.union([FigureSchema, LabelSchema]), maxEventFields),
})

/** One prediction, where the app opted in. */
export type TelemetryEvent = v.InferOutput<typeof TelemetryEventSchema>
