import { type ErrorCode, retryability } from './retryability.ts'

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
    return retryability[this.code]
  }

  /** Plain data from which `HomingError.from` makes an equal error on another thread or machine. */
  toJSON(): HomingErrorData {
    return dataOf(this, maxCauses)
  }

  /** Any thrown value as a `HomingError`: itself, its revived data, or wrapped under `code`. */
  static from(value: unknown, code: ErrorCode = 'INTERNAL'): HomingError {
    if (value instanceof HomingError) return value
    if (isErrorData(value)) return revive(value, maxCauses)
    return new HomingError(code, messageOf(value), { cause: value })
  }
}

/** Longest chain of causes that travels: a cycle or a hostile answer must not exhaust the stack. */
const maxCauses = 8

function dataOf(error: HomingError, causes: number): HomingErrorData {
  const { name, code, message, details, cause } = error
  return {
    name,
    code,
    message,
    details,
    ...(cause === undefined ? {} : { cause: describeCause(cause, causes - 1) }),
  }
}

function describeCause(cause: unknown, causes: number): NonNullable<HomingErrorData['cause']> {
  if (causes > 0 && cause instanceof HomingError) return dataOf(cause, causes)
  if (causes > 0 && isErrorData(cause)) return dataOf(revive(cause, causes), causes)
  const named = isRecord(cause) && typeof cause['name'] === 'string'
  return { name: named ? String(cause['name']) : 'Error', message: messageOf(cause) }
}

function revive(data: ReceivedErrorData, causes: number): HomingError {
  const cause = causes > 0 && isErrorData(data.cause) ? revive(data.cause, causes - 1) : data.cause
  return new HomingError(data.code, data.message, {
    details: isRecord(data.details) ? data.details : {},
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Data that comes from outside: `details` may be missing or of another kind. */
type ReceivedErrorData = Omit<HomingErrorData, 'details'> & { readonly details?: unknown }

function isErrorData(value: unknown): value is ReceivedErrorData {
  if (!isRecord(value)) return false
  const { name, code, message } = value
  return (
    name === 'HomingError' &&
    typeof message === 'string' &&
    typeof code === 'string' &&
    Object.hasOwn(retryability, code)
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function messageOf(value: unknown): string {
  try {
    return String(isRecord(value) && 'message' in value ? value['message'] : value)
  } catch {
    return 'a thrown value that cannot be printed' // a null prototype, a throwing getter or toString
  }
}
