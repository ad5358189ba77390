import { HomingError } from '@homing/protocol'

/** VERSION_UNTRUSTED: signatures or what they vouch for do not allow this version. */
export function untrusted(model: string, version: string, problem: string, cause?: unknown): HomingError {
  return new HomingError(
    'VERSION_UNTRUSTED',
    `${model} ${version} is refused: ${problem}`,
    cause === undefined ? {} : { cause },
  )
}
