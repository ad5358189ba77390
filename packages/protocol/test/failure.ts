import type { ErrorCode } from '../src/retryability.ts'
import { HomingError } from '../src/homing-error.ts'

/** The `HomingError` that `action` throws; anything else that it throws, or nothing, fails the test. */
export function failure(action: () => unknown): HomingError {
  try {
    action()
  } catch (error) {
    if (error instanceof HomingError) return error
    throw error
  }
  throw new Error('it did not throw')
}

/** Lets `action` end well or with a `HomingError` of `code`, and with nothing else. */
export function expectOnly(code: ErrorCode, action: () => unknown): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof HomingError) || error.code !== code) throw error
  }
}
