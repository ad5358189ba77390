import * as v from 'valibot'

import { HomingError } from '../homing-error.ts'
import { parseWith } from '../parse.ts'
import { olderProtocolsRead, telemetryProtocol } from './config.ts'
import { type TelemetryBatch, TelemetryBatchSchema } from './telemetry-batch.ts'

/** Reads a batch of one version of the protocol as one of the present version. @throws HomingError TELEMETRY_INVALID. */
export type BatchReader = (json: unknown) => TelemetryBatch

/**
 * A reader for each version that devices may still send: the present one and the two before. With version n come its reader
 * here, and a step in the readers before that turns their batches into those of version n; the reader of version n - 3 goes.
 */
export const batchReaders: Readonly<Record<number, BatchReader>> = {
  1: (json) => parseWith(TelemetryBatchSchema, json, 'TELEMETRY_INVALID', 'The batch'),
}

const VersionedSchema = v.object({ protocol: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) })

/**
 * The batch in `json`, of whichever version is still spoken. Fields that its version does not know are refused: what nobody
 * described may be something personal, and the server would keep it.
 * @throws HomingError TELEMETRY_INVALID; TELEMETRY_UNSUPPORTED, with the versions that are read in `details.supported`.
 */
export function readBatch(
  json: unknown,
  readers: Readonly<Record<number, BatchReader>> = batchReaders,
  present: number = telemetryProtocol,
): TelemetryBatch {
  const { protocol } = parseWith(VersionedSchema, json, 'TELEMETRY_INVALID', 'The batch')
  const supported = Object.keys(readers)
    .map(Number)
    .filter((version) => version <= present && version >= present - olderProtocolsRead)
  const reader = supported.includes(protocol) ? readers[protocol] : undefined
  if (reader) return reader(json)
  const message = `A batch of telemetry protocol ${String(protocol)} cannot be read.`
  throw new HomingError('TELEMETRY_UNSUPPORTED', message, { details: { protocol, supported } })
}
