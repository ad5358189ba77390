import { type ErrorCode, errorCodes } from './error-codes.ts'

/** Plain values that survive `postMessage` and JSON. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** A `HomingError` as plain data, for worker messages and HTTP bodies. */
export interface HomingErrorData {
  readonly name: 'HomingError'
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
  readonly cause?: { readonly name: string; readonly message: string } | HomingErrorData
}

/**
 * The only error that Homing throws. Branch on `code`; `message` says what happened and what to do;
 * `details` are plain fields; `cause` is what lies beneath.
 */
export class HomingError extends Error {
  override readonly name = 'HomingError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.details = options.details ?? {}
  }

  /** Whether the same call may succeed later without a change. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }

  /** Plain data from which `HomingError.from` makes an equal error on another thread or machine. */
  toJSON(): HomingErrorData {
    const { name, code, message, details, cause } = this
    return { name, code, message, details, ...(cause === undefined ? {} : { cause: describeCause(cause) }) }
  }

  /** Any thrown value as a `HomingError`: itself, its revived data, or wrapped under `code`. */
  static from(value: unknown, code: ErrorCode = 'INTERNAL'): HomingError {
    if (value instanceof HomingError) return value
    if (isErrorData(value)) {
      const cause = value.cause && isErrorData(value.cause) ? HomingError.from(value.cause) : value.cause
      return new HomingError(value.code, value.message, {
        details: value.details ?? {},
        ...(cause === undefined ? {} : { cause }),
      })
    }
    return new HomingError(code, messageOf(value), { cause: value })
  }
}

function describeCause(cause: unknown): NonNullable<HomingErrorData['cause']> {
  if (cause instanceof HomingError) return cause.toJSON()
  if (cause instanceof Error) return { name: cause.name, message: cause.message }
  if (isErrorData(cause)) return cause
  return { name: 'Error', message: messageOf(cause) }
}

function isErrorData(value: unknown): value is HomingErrorData {
  if (typeof value !== 'object' || value === null) return false
  const { name, code, message } = value as Partial<HomingErrorData>
  return name === 'HomingError' && typeof message === 'string' && typeof code === 'string' && Object.hasOwn(errorCodes, code)
}

function messageOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message)
  return String(value)
}
