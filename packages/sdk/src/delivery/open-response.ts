import { type ErrorCode, HomingError } from '@homing/protocol'

import { responseTimeout } from './config.ts'
import type { DeliveryPlatform } from './ports.ts'
import { within } from './within.ts'

/** One GET. */
export interface GetRequest {
  readonly url: string
  readonly cache: RequestCache
  readonly headers?: Readonly<Record<string, string>>
  /** The code when there is no such file. */
  readonly unknown: ErrorCode
  /** Statuses that are handed to `use`, besides those of success. */
  readonly expected?: readonly number[]
  readonly signal?: AbortSignal | undefined
}

/**
 * What `use` makes of the answer to one GET, in one attempt. Nothing that names the user is sent: no cookies, no referrer.
 * The connection is freed when `use` ends, wherever it stopped to read.
 * @throws HomingError ABORTED, NETWORK_FAILED, TIMEOUT, HTTP_STATUS, RATE_LIMITED, or `request.unknown` for 404 and 410.
 */
export async function openResponse<T>(
  platform: DeliveryPlatform,
  request: GetRequest,
  use: (response: Response) => Promise<T>,
): Promise<T> {
  const { url, cache, headers, signal, expected = [] } = request
  const stop = new AbortController()
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  try {
    signal?.throwIfAborted()
    const answer = platform.fetch(url, {
      cache,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: either,
      ...(headers ? { headers } : {}),
    })
    const response = await within(platform, responseTimeout, answer, `${url} did not answer`)
    if (!response.ok && !expected.includes(response.status)) throw statusError(response, request)
    return await use(response)
  } catch (cause) {
    if (signal?.aborted)
      throw new HomingError('ABORTED', `The download of ${url} was aborted`, { cause: signal.reason })
    if (cause instanceof HomingError) throw cause
    throw new HomingError('NETWORK_FAILED', `${url} could not be fetched`, { cause })
  } finally {
    // Frees the connection where the body was not read to its end; does nothing after it.
    stop.abort()
  }
}

function statusError(response: Response, { url, unknown }: GetRequest): HomingError {
  const { status } = response
  if (status === 404 || status === 410)
    return new HomingError(unknown, `There is no ${url}`, { details: { status } })
  if (status === 401)
    return new HomingError('UNAUTHORIZED', `${url} is private: createClient needs a getToken`, {
      details: { status },
    })
  const retryAfter = retryAfterSeconds(response.headers.get('retry-after'))
  const details = { status, ...(retryAfter === undefined ? {} : { retryAfter }) }
  const code = status === 429 ? 'RATE_LIMITED' : 'HTTP_STATUS'
  return new HomingError(code, `${url} answered with status ${status}`, { details })
}

/** Seconds in a `Retry-After` header (RFC 9110 §10.2.3), which is a number or a date. */
function retryAfterSeconds(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined
}
