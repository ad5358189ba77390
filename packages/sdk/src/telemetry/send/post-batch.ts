import { appKeyHeader } from '@homing/protocol'

import { maxKeepalive, requestTimeout } from './config.ts'
import { gzip } from './gzip.ts'
import type { SendPlatform } from './ports.ts'
import { retryAfter } from './retry-after.ts'

/** What became of a batch that was sent. */
export type Verdict =
  /** The server has it on its disk. */
  | { readonly kind: 'taken' }
  /** It will never be taken. */
  | { readonly kind: 'refused' }
  /** The server failed on it, which may be its own fault or that of the batch. */
  | { readonly kind: 'failed' }
  /** Nothing can be sent for now; `after` milliseconds, where the server says. */
  | { readonly kind: 'later'; readonly after?: number }

/** Where batches go. */
export interface Destination {
  readonly url: string
  /** The app's publishable key. */
  readonly key: string
}

/** What the server alone answers: a captive portal that says 200 to everything has taken nothing. */
const taken = 202

/** Malformed, unknown key, origin that is not allowed, too large, unknown encoding or content: the same tomorrow. */
const permanent: ReadonlySet<number> = new Set([400, 401, 403, 413, 415, 422])

/** Statuses that ask for patience, and those of something between here and the server. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

/** Sends a batch. Rejects only when `signal` aborts. */
export async function postBatch(
  body: string,
  { url, key }: Destination,
  platform: SendPlatform,
  signal: AbortSignal,
): Promise<Verdict> {
  const packed = await gzip(body)
  const bytes = packed ?? new TextEncoder().encode(body)
  const request: RequestInit = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [appKeyHeader]: key,
      ...(packed ? { 'content-encoding': 'gzip' } : {}),
    },
    body: bytes,
    // One request is under way at a time, so that this is also all that is kept alive.
    keepalive: bytes.byteLength <= maxKeepalive,
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeout)]),
  }
  try {
    const response = await fetched(platform, url, request)
    const verdict = await verdictOf(response, platform.time())
    await response.body?.cancel().catch(() => undefined) // it may have been read
    return verdict
  } catch (error) {
    if (signal.aborted) throw error
    return { kind: 'later' }
  }
}

/** Some browsers refuse `keepalive` where another request of the page uses it up, or in workers. */
async function fetched(platform: SendPlatform, url: string, request: RequestInit): Promise<Response> {
  try {
    return await platform.fetch(url, request)
  } catch (error) {
    if (!request.keepalive || request.signal?.aborted) throw error
    return platform.fetch(url, { ...request, keepalive: false })
  }
}

async function verdictOf(response: Response, now: number): Promise<Verdict> {
  const { status } = response
  if (status === taken) return { kind: 'taken' }
  if (permanent.has(status)) return { kind: 'refused' }
  if (status >= 500 && !passing.has(status)) return { kind: 'failed' }
  const after = await retryAfter(response, now)
  return after === undefined ? { kind: 'later' } : { kind: 'later', after }
}
