import { type ErrorCode, HomingError } from '@homing/protocol'

import { responseTimeout, stallTimeout } from './config.ts'
import type { DeliveryPlatform } from './ports.ts'

/** One file to fetch. */
export interface FetchRequest {
  readonly url: string
  readonly cache: RequestCache
  /** More than this many bytes are not read. */
  readonly maxBytes: number
  /** The code when there is no such file. */
  readonly unknown: ErrorCode
  readonly signal?: AbortSignal | undefined
  /** Bytes of this attempt that have arrived. */
  readonly onBytes?: ((received: number) => void) | undefined
}

/** What came. */
export interface FetchedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** False when the body is longer than `maxBytes`; `bytes` is then cut. */
  readonly whole: boolean
  readonly html: boolean
}

/**
 * The body of one GET, in one attempt. Nothing that names the user is sent: no cookies, no referrer.
 * @throws HomingError ABORTED, NETWORK_FAILED, TIMEOUT, HTTP_STATUS, RATE_LIMITED, or `request.unknown` for 404 and 410.
 */
export async function fetchBytes(platform: DeliveryPlatform, request: FetchRequest): Promise<FetchedBytes> {
  const { url, cache, signal } = request
  const stop = new AbortController()
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  try {
    signal?.throwIfAborted()
    const answer = platform.fetch(url, {
      cache,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: either,
    })
    const response = await within(platform, responseTimeout, answer, `${url} did not answer`)
    if (!response.ok) throw statusError(response, request)
    const { bytes, whole } = await readBody(platform, response, request)
    return { bytes, whole, html: isHtml(response, bytes) }
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

async function readBody(
  platform: DeliveryPlatform,
  response: Response,
  { url, maxBytes, onBytes }: FetchRequest,
): Promise<Pick<FetchedBytes, 'bytes' | 'whole'>> {
  const chunks: Uint8Array[] = []
  let received = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await within(
      platform,
      stallTimeout,
      reader.read(),
      `${url} stopped after ${received} bytes`,
    )
    if (done) break
    if (received + value.byteLength > maxBytes) return { bytes: join(chunks, received), whole: false }
    chunks.push(value)
    received += value.byteLength
    onBytes?.(received)
  }
  return { bytes: join(chunks, received), whole: true }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

async function within<T>(platform: DeliveryPlatform, ms: number, work: Promise<T>, late: string): Promise<T> {
  const done = new AbortController()
  const limit = platform.sleep(ms, done.signal).then(() => {
    throw new HomingError('TIMEOUT', `${late} for ${ms} ms`)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    done.abort()
  }
}

function statusError(response: Response, { url, unknown }: FetchRequest): HomingError {
  const { status } = response
  if (status === 404 || status === 410)
    return new HomingError(unknown, `There is no ${url}`, { details: { status } })
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

function isHtml(response: Response, bytes: Uint8Array): boolean {
  if (/^\s*text\/html\b/i.test(response.headers.get('content-type') ?? '')) return true
  return /^\s*<(!doctype|html|head|body)\b/i.test(String.fromCharCode(...bytes.subarray(0, 64)))
}
