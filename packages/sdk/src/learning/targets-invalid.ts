import { type ErrorDetails, HomingError } from '@homing/protocol'

/** The error of targets that do not fit the examples or the loss. */
export function targetsInvalid(problem: string, details: ErrorDetails = {}, cause?: unknown): HomingError {
  return new HomingError('TARGETS_INVALID', problem, { details, ...(cause === undefined ? {} : { cause }) })
}
