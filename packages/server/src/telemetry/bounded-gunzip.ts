import { gunzipSync, gzipSync } from 'node:zlib'

import { HomingError } from '@homing/protocol'

/**
 * The bytes that `bytes` is the gzip of. What would be more than `most` is never written: a bomb costs `most` bytes.
 * @throws HomingError BODY_TOO_LARGE, TELEMETRY_INVALID where it is no gzip.
 */
export function boundedGunzip(bytes: Uint8Array, most: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: most })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new HomingError('BODY_TOO_LARGE', `The batch is larger than ${most} bytes when it is unpacked.`)
    throw new HomingError('TELEMETRY_INVALID', 'The body is no gzip, or is cut.', { cause })
  }
}

/** `bytes` as gzip, quickly. */
export function quickGzip(bytes: Uint8Array): Buffer {
  return gzipSync(bytes, { level: 1 })
}
