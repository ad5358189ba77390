import type { ErrorCode } from '@homing/protocol'

/** HTTP status of each error that the server answers with. A code that is not here is the server's own fault: 500. */
export const statusByCode = {
  REQUEST_INVALID: 400,
  ABORTED: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  MODEL_UNKNOWN: 404,
  VERSION_UNKNOWN: 404,
  BLOB_UNKNOWN: 404,
  TIMEOUT: 408,
  VERSION_EXISTS: 409,
  METADATA_CONFLICT: 409,
  METADATA_MISSING: 409,
  METADATA_INVALID: 400,
  METADATA_UNSIGNED: 400,
  METADATA_EXPIRED: 400,
  BODY_TOO_LARGE: 413,
  MANIFEST_INVALID: 422,
  BLOB_MISSING: 422,
  INTEGRITY_FAILED: 422,
  TELEMETRY_INVALID: 400,
  TELEMETRY_UNSUPPORTED: 400,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  SERVER_FAILED: 500,
} as const satisfies Partial<Record<ErrorCode, number>>
