import { HomingError, maxBatchBytes, parseJsonBytes, readBatch, type TelemetryBatch } from '@homing/protocol'

import { boundedGunzip, quickGzip } from './bounded-gunzip.ts'

/** A request's body, understood. */
export interface TelemetryBody {
  readonly batch: TelemetryBatch
  /** It as it is kept. */
  readonly gzip: Uint8Array
}

/**
 * The batch in a body with that `Content-Encoding`.
 * @throws HomingError TELEMETRY_INVALID, TELEMETRY_UNSUPPORTED, BODY_TOO_LARGE; REQUEST_INVALID for another encoding.
 */
export function readTelemetryBody(body: Uint8Array, encoding: string | undefined): TelemetryBody {
  const name = encoding?.trim().toLowerCase() ?? ''
  if (name === 'gzip' || name === 'x-gzip') return { batch: unpackBatch(body), gzip: body }
  if (name !== '' && name !== 'identity')
    throw new HomingError('REQUEST_INVALID', `Content-Encoding may be gzip; it is "${name.slice(0, 32)}".`)
  if (body.byteLength > maxBatchBytes)
    throw new HomingError('BODY_TOO_LARGE', `The batch is larger than ${maxBatchBytes} bytes.`)
  return { batch: parseBatch(body), gzip: quickGzip(body) }
}

/** The batch in a gzip. @throws HomingError TELEMETRY_INVALID, TELEMETRY_UNSUPPORTED, BODY_TOO_LARGE. */
export function unpackBatch(gzip: Uint8Array): TelemetryBatch {
  return parseBatch(boundedGunzip(gzip, maxBatchBytes))
}

function parseBatch(bytes: Uint8Array): TelemetryBatch {
  return readBatch(parseJsonBytes(bytes, 'TELEMETRY_INVALID', 'The batch'))
}
