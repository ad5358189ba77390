import { HomingError } from '@homing/protocol'

/** The error of calls to a model that was closed. */
export function closedError(model: string): HomingError {
  return new HomingError('CLOSED', `Model ${model} is not open.`)
}
