import type { Socket } from 'node:net'

import { HomingError } from '@homing/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { lingerMs } from '../config.ts'
import { httpError } from './http-error.ts'

/** Makes every error of `app` an answer as `ErrorBodySchema` says, also for addresses without a route. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((thrown, request, reply) => sendError(thrown, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const missing = request.url.startsWith('/v1/')
      ? Object.assign(new Error('The API has no such address.'), { statusCode: 404 })
      : new HomingError('BLOB_UNKNOWN', 'There is no such file.')
    sendError(missing, request, reply)
  })
}

/** Answers `request` with what was thrown. */
export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, error } = httpError(thrown)
  if (status >= 500 && error.code !== 'OVERLOADED')
    request.log.error({ err: error.cause ?? error }, 'request failed')
  else request.log.info(refusalOf(error), 'request refused')
  const extra = (thrown as { headers?: Record<string, string> }).headers
  if (extra && !(thrown instanceof HomingError)) reply.headers(extra)
  const { retryAfter } = error.details
  if (typeof retryAfter === 'number') reply.header('retry-after', retryAfter)
  if (status === 401) reply.header('www-authenticate', 'Bearer') // RFC 9110 §11.6.1
  if (!request.raw.complete) endLater(request)
  reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' })
    .removeHeader('content-encoding')
    .removeHeader('etag')
    .send(errorBody(error, request.id))
}

/** What the log tells of a refusal: of telemetry the code alone, because messages show what devices sent. */
function refusalOf({ code, message }: HomingError): object {
  return code.startsWith('TELEMETRY_') ? { code } : { code, problem: message }
}

/** The body of an answer with an error status. */
export function errorBody({ name, code, message, details }: HomingError, requestId?: string): object {
  return { error: { name, code, message, details, ...(requestId === undefined ? {} : { requestId }) } }
}

/** What never became a request: a malformed head, headers over the limit, a head that came too slowly. */
export function answerClientError(problem: Error & { code?: string }, socket: Socket): void {
  if (problem.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const [status, error] =
    problem.code === 'HPE_HEADER_OVERFLOW'
      ? [
          '431 Request Header Fields Too Large',
          new HomingError('REQUEST_INVALID', 'The headers are too large.'),
        ]
      : problem.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', new HomingError('TIMEOUT', 'The request took too long to arrive.')]
        : ['400 Bad Request', new HomingError('REQUEST_INVALID', 'This is not an HTTP request.')]
  const body = JSON.stringify(errorBody(error))
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** A client may read its refusal only after it has sent all; but it shall not send for ever. */
function endLater({ raw }: FastifyRequest): void {
  raw.resume()
  setTimeout(() => {
    if (!raw.complete) raw.destroy()
  }, lingerMs).unref()
}
