import { HomingError } from '@homing/protocol'

/** What TensorFlow.js says when it has no kernel, layer or operator of a name. */
const unsupported = [
  /Kernel '(\w+)' not registered for backend/,
  /Unknown (?:layer|initializer|activation): (\w+)/,
  /(?:Unknown op|unsupported op|Node type) '?(\w+)'?/i,
]

/** Anything that TensorFlow.js throws as ENGINE_FAILED or OPERATOR_UNSUPPORTED. */
export function tfjsFailure(what: string, cause: unknown): HomingError {
  if (cause instanceof HomingError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const operator = unsupported.map((pattern) => pattern.exec(message)?.[1]).find((name) => name !== undefined)
  if (operator !== undefined) {
    return new HomingError(
      'OPERATOR_UNSUPPORTED',
      `TensorFlow.js has no operator ${operator} here: ${message}`,
      {
        details: { operator },
        cause,
      },
    )
  }
  return new HomingError('ENGINE_FAILED', `TensorFlow.js failed to ${what}: ${message}`, { cause })
}
