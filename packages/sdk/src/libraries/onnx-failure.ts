import { HomingError } from '@homing/protocol'

/** What onnxruntime says when it has no kernel (type or version included) or no definition of an operator. */
const unsupported = [
  /(?:Could not find an implementation for|Failed to find kernel for) ([\w.:]+)/,
  /No Op registered for ([\w.:]+)/,
  /Fatal error: ([\w.:-]+)\(-?\d+\) is not a registered function\/op/,
]

/** Anything that onnxruntime-web throws (it knows strings and numbers too) as ENGINE_FAILED or OPERATOR_UNSUPPORTED. */
export function onnxFailure(what: string, cause: unknown): HomingError {
  if (cause instanceof HomingError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const operator = unsupported.map((pattern) => pattern.exec(message)?.[1]).find((name) => name !== undefined)
  if (operator !== undefined) {
    return new HomingError(
      'OPERATOR_UNSUPPORTED',
      `onnxruntime-web has no operator ${operator} that fits: ${message}`,
      { details: { operator }, cause },
    )
  }
  return new HomingError('ENGINE_FAILED', `onnxruntime-web failed to ${what}: ${message}`, { cause })
}
