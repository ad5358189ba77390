import { HomingError } from '@homing/protocol'

import { graceTime, minBytesPerSecond, responseTimeout } from '../config.ts'
import type { Fetcher } from './ports.ts'

/** What a fetcher takes from its surroundings. */
export interface FetchPlatform {
  readonly fetch: (
    url: string,
    how: {
      readonly cache: 'no-cache'
      readonly credentials: 'omit'
      readonly referrerPolicy: 'no-referrer'
      readonly signal: AbortSignal
    },
  ) => Promise<Response>
  /** Milliseconds; only differences count. */
  readonly now: () => number
}

/**
 * A fetcher over `fetch`. It reads no more than it was told to, and gives up what comes so slowly that it keeps a client
 * from updating (endless data and slow retrieval, specification 1.5.2). Nothing that names the user is sent.
 */
export function webFetcher({ fetch, now }: FetchPlatform): Fetcher {
  return {
    async fetch(url, maxBytes, signal) {
      const stop = new AbortController()
      const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
      let timer: ReturnType<typeof setTimeout> | undefined
      /** Aborts the request unless it is called again within `ms`. */
      const expect = (ms: number, problem: string): void => {
        clearTimeout(timer)
        timer = setTimeout(() => stop.abort(new HomingError('TIMEOUT', `${url} ${problem}`)), ms)
      }
      try {
        expect(responseTimeout, `did not answer within ${responseTimeout} ms`)
        const response = await fetch(url, {
          cache: 'no-cache',
          credentials: 'omit',
          referrerPolicy: 'no-referrer',
          signal: either,
        })
        if (response.status === 404 || response.status === 403) return undefined
        if (!response.ok) throw statusError(url, response.status)
        return await readBody(response, maxBytes, url, now, expect)
      } catch (cause) {
        if (signal?.aborted)
          throw new HomingError('ABORTED', `The download of ${url} was aborted`, { cause: signal.reason })
        if (stop.signal.aborted) throw stop.signal.reason
        if (cause instanceof HomingError) throw cause
        throw new HomingError('NETWORK_FAILED', `${url} could not be fetched`, { cause })
      } finally {
        clearTimeout(timer)
        stop.abort() // frees the connection where the body was not read to its end
      }
    },
  }
}

/** What a reader of bytes gives; nothing at the end. Node's types and the browsers' differ in how they say so. */
interface Chunk {
  readonly value?: Uint8Array
}

async function readBody(
  response: Response,
  maxBytes: number,
  url: string,
  now: () => number,
  expect: (ms: number, problem: string) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const began = now()
  const chunks: Uint8Array[] = []
  let received = 0
  const reader = response.body?.getReader() as { read(): Promise<Chunk> } | undefined
  while (reader) {
    // So many milliseconds are paid for by what has arrived.
    const paid = graceTime + (received / minBytesPerSecond) * 1_000
    expect(Math.max(0, began + paid - now()), `came at less than ${minBytesPerSecond} bytes a second`)
    const { value } = await reader.read()
    if (!value) break
    received += value.byteLength
    if (received > maxBytes)
      throw new HomingError('METADATA_MISMATCH', `${url} is longer than ${maxBytes} bytes`, {
        details: { url, maxBytes },
      })
    chunks.push(value)
  }
  const bytes = new Uint8Array(received)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

function statusError(url: string, status: number): HomingError {
  return new HomingError('HTTP_STATUS', `${url} answered with status ${status}`, { details: { url, status } })
}
