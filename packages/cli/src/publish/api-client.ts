import { ErrorBodySchema, type ErrorCode, HomingError, parseJsonBytes, parseWith } from '@homing/protocol'
import * as v from 'valibot'

import { maxAnswerBytes, requestAttempts, requestTimeoutMs } from '../config.ts'
import { pauseFor } from './pause-for.ts'
import { retried, type Retry } from './retried.ts'

/** Where the server is, and what a test or a script may replace. */
export interface ServerOptions {
  /** Address of the server, such as `http://localhost:8080`; a path before `/v1` is kept. */
  readonly server: string
  /** The admin token; reading needs none. */
  readonly token?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly fetch?: typeof globalThis.fetch
  /** Waits between attempts. */
  readonly wait?: Retry['wait']
  /** 0..1, for the wait between attempts. */
  readonly random?: () => number
}

/** One request; `path` begins with `/v1/` or `/repository/`. */
interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly body?: Uint8Array<ArrayBuffer>
  readonly contentType?: string
  readonly timeoutMs?: number
}

/** Sends a request, again where that may help. */
export interface ApiClient {
  /** Gives the answer as `schema` describes it. */
  <S extends v.GenericSchema>(request: ApiRequest, schema: S): Promise<v.InferOutput<S>>
  /** Gives the answer as it came. */
  bytes(request: ApiRequest): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * A client of the server's HTTP API. All its requests may be sent twice without harm.
 * @throws HomingError the server's own error; NETWORK_FAILED, TIMEOUT, HTTP_STATUS or RESPONSE_UNEXPECTED; ABORTED.
 */
export function apiClient(options: ServerOptions): ApiClient {
  const { token, signal, fetch = globalThis.fetch } = options
  const base = baseUrl(options.server)
  const retry: Retry = {
    attempts: requestAttempts,
    wait: options.wait ?? pauseFor,
    random: options.random ?? Math.random,
    signal,
  }

  const send = async (request: ApiRequest): Promise<Uint8Array<ArrayBuffer>> => {
    const { method, path, body, contentType = 'application/json', timeoutMs = requestTimeoutMs } = request
    const timeout = AbortSignal.timeout(timeoutMs)
    const url = `${base}${path}`
    try {
      const response = await fetch(url, {
        method,
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        headers: {
          accept: 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body ? { 'content-type': contentType } : {}),
        },
        ...(body ? { body } : {}),
      })
      const bytes = await boundedBytes(response, url)
      if (!response.ok) throw errorOf(response, bytes, `${method} ${url}`)
      return bytes
    } catch (cause) {
      if (cause instanceof HomingError) throw cause
      if (signal?.aborted) throw new HomingError('ABORTED', `${method} ${url} was aborted`, { cause })
      if (timeout.aborted)
        throw new HomingError('TIMEOUT', `${method} ${url} took longer than ${timeoutMs / 1000} s`, { cause })
      throw new HomingError('NETWORK_FAILED', `${method} ${url} failed: ${reasonOf(cause)}`, { cause })
    }
  }

  const bytes = (request: ApiRequest): Promise<Uint8Array<ArrayBuffer>> => retried(() => send(request), retry)
  const answer = async <S extends v.GenericSchema>(
    request: ApiRequest,
    schema: S,
  ): Promise<v.InferOutput<S>> => {
    const body = await bytes(request)
    const what = `The answer to ${request.method} ${base}${request.path}`
    return parseWith(schema, parseJsonBytes(body, 'RESPONSE_UNEXPECTED', what), 'RESPONSE_UNEXPECTED', what)
  }
  return Object.assign(answer, { bytes })
}

function baseUrl(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new HomingError('CONFIG_INVALID', `"${server}" is not the http or https address of a server`)
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

async function boundedBytes(response: Response, url: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += (part as Uint8Array).byteLength
    if (size > maxAnswerBytes)
      throw new HomingError(
        'RESPONSE_UNEXPECTED',
        `The answer of ${url} is longer than ${maxAnswerBytes} bytes`,
      )
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts, size))
}

/** The error that the server told; what stands between may answer with a page of its own. */
function errorOf(response: Response, bytes: Uint8Array<ArrayBuffer>, request: string): HomingError {
  const { status } = response
  const told = v.safeParse(ErrorBodySchema, jsonOrNothing(bytes))
  if (told.success) {
    const { code, message, details, requestId } = told.output.error
    return new HomingError(code, message, {
      details: { ...details, status, ...(requestId ? { requestId } : {}) },
    })
  }
  const code: ErrorCode =
    status === 401 || status === 403 ? 'UNAUTHORIZED' : status === 429 ? 'RATE_LIMITED' : 'HTTP_STATUS'
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN)
  return new HomingError(code, `${request} was answered with status ${status}`, {
    details: { status, ...(retryAfter >= 0 ? { retryAfter } : {}) },
  })
}

function jsonOrNothing(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}

/** `fetch` itself only says "fetch failed"; what happened is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
