import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'

import { graceTime, responseTimeout } from '../config.ts'
import { webFetcher } from './web-fetcher.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer)
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`
}
const fetcher = webFetcher({ fetch, now: () => performance.now() })
const refusal = (code: string): unknown => expect.objectContaining({ code })

describe('webFetcher', () => {
  it('gives the body', async () => {
    const url = await serve((_, response) => response.end('body'))
    expect(new TextDecoder().decode(await fetcher.fetch(url, 4))).toBe('body')
  })

  it.each([403, 404])('gives nothing for status %d', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end('no'))
    expect(await fetcher.fetch(url, 10)).toBeUndefined()
  })

  it('refuses other statuses', async () => {
    const url = await serve((_, response) => response.writeHead(500).end())
    await expect(fetcher.fetch(url, 10)).rejects.toEqual(refusal('HTTP_STATUS'))
  })

  it('stops to read a body without end at its limit', async () => {
    let sent = 0
    const url = await serve((_, response) => {
      const more = (): void => {
        if (response.destroyed) return
        sent += 1024
        if (response.write(Buffer.alloc(1024))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    })
    await expect(fetcher.fetch(url, 10_000)).rejects.toEqual(refusal('METADATA_MISMATCH'))
    expect(sent).toBeLessThan(10_000_000)
  })

  it('gives up what comes too slowly (slow retrieval)', async () => {
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write('.'), 5)
      response.on('close', () => clearInterval(timer))
    })
    let clock = 0
    // Each look at the clock is a second later: the body is then slower than its limit long before it ends.
    const hasty = webFetcher({ fetch, now: () => (clock += 1_000) })
    await expect(hasty.fetch(url, 1_000_000)).rejects.toEqual(refusal('TIMEOUT'))
    expect(clock).toBeLessThan(3 * graceTime)
  })

  /** Rejects when the signal aborts, as `fetch` and the bodies that it gives do. */
  const aborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

  it.each<[string, (signal: AbortSignal) => Promise<Response>, number]>([
    ['does not begin', aborted, responseTimeout],
    [
      'stops',
      (signal) => Promise.resolve(new Response(new ReadableStream({ pull: () => aborted(signal) }))),
      graceTime,
    ],
  ])('gives up an answer that %s (slow retrieval)', async (_, answer, wait) => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const stalled = webFetcher({ fetch: (_url, { signal }) => answer(signal), now: Date.now })
    let outcome: unknown
    void stalled.fetch('https://repository.test/file', 10).catch((error: unknown) => (outcome = error))
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(outcome).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome).toEqual(refusal('TIMEOUT'))
  })

  it('says when nobody is there, and when it was aborted', async () => {
    await expect(fetcher.fetch('http://127.0.0.1:1/', 10)).rejects.toEqual(refusal('NETWORK_FAILED'))
    const url = await serve(() => undefined)
    const stop = AbortSignal.timeout(20)
    await expect(fetcher.fetch(url, 10, stop)).rejects.toEqual(refusal('ABORTED'))
  })
})
