import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, describe, expect, it } from 'vitest'

import { graceTime } from '../config.ts'
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

  it('says when nobody is there, and when it was aborted', async () => {
    await expect(fetcher.fetch('http://127.0.0.1:1/', 10)).rejects.toEqual(refusal('NETWORK_FAILED'))
    const url = await serve(() => undefined)
    const stop = AbortSignal.timeout(20)
    await expect(fetcher.fetch(url, 10, stop)).rejects.toEqual(refusal('ABORTED'))
  })
})
