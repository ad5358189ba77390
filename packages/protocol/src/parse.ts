import * as v from 'valibot'

import { HomingError } from './homing-error.ts'
import type { ErrorCode } from './retryability.ts'

/** Most problems that one error lists. */
const maxIssues = 8

/**
 * `value` as `schema` describes it.
 * @throws HomingError with `code`, its `details.issues` naming path and problem.
 */
export function parseWith<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  code: ErrorCode,
  what: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const issues = result.issues
    .slice(0, maxIssues)
    .map((issue) => ({ path: v.getDotPath(issue) ?? '', problem: issue.message }))
  const list = issues.map(({ path, problem }) => (path ? `${path}: ${problem}` : problem)).join('; ')
  throw new HomingError(code, `${what} is malformed: ${list}`, { details: { issues } })
}

/**
 * The JSON value in `bytes`.
 * @throws HomingError with `code` when they are not UTF-8 or not JSON; an HTML page is named as such.
 */
export function parseJsonBytes(bytes: Uint8Array, code: ErrorCode, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    const html = /^\s*</.test(String.fromCharCode(...bytes.subarray(0, 64)))
    throw new HomingError(code, `${what} is ${html ? 'a web page' : 'not JSON'}, ${bytes.byteLength} bytes`, {
      cause,
    })
  }
}
