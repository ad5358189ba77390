import { type ErrorCode, HomingError } from '@homing/protocol'
import type { FastifyError } from 'fastify'

import { statusByCode } from './status-by-code.ts'

/** An error as an answer: its status and what its body says. */
export interface HttpError {
  readonly status: number
  readonly error: HomingError
}

/** Whatever a handler, hook, plugin or Fastify itself threw, as an answer. What nobody foresaw tells nothing of itself. */
export function httpError(thrown: unknown): HttpError {
  if (thrown instanceof HomingError) return { status: statusOf(thrown.code), error: thrown }
  const { code, statusCode = 500, message, validation, validationContext } = thrown as Partial<FastifyError>
  if (validation) {
    const issues = validation.map((issue) => ({
      path: issue.instancePath.slice(1).replaceAll('/', '.'),
      problem: issue.message ?? '',
    }))
    const list = issues.map(({ path, problem }) => (path ? `${path}: ${problem}` : problem)).join('; ')
    return {
      status: statusByCode.REQUEST_INVALID,
      error: new HomingError(
        'REQUEST_INVALID',
        `The ${validationContext ?? 'request'} is malformed: ${list}`,
        { details: { issues } },
      ),
    }
  }
  // Fastify quotes the address, whose query may hold a signature.
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH')
    return {
      status: statusCode,
      error: new HomingError('REQUEST_INVALID', 'The address is malformed, or a part of it too long.'),
    }
  if (statusCode === 413)
    return {
      status: 413,
      error: new HomingError('BODY_TOO_LARGE', 'The body is larger than this route takes.'),
    }
  if (code === 'ECONNRESET')
    return { status: statusByCode.ABORTED, error: new HomingError('ABORTED', 'The client went away.') }
  if (statusCode >= 400 && statusCode < 500) {
    return {
      status: statusCode,
      error: new HomingError('REQUEST_INVALID', message ?? 'The request is malformed.'),
    }
  }
  return {
    status: 500,
    error: new HomingError('SERVER_FAILED', 'The server failed; its log says more under this request id.', {
      cause: thrown,
    }),
  }
}

function statusOf(code: ErrorCode): number {
  return (statusByCode as Partial<Record<ErrorCode, number>>)[code] ?? 500
}
