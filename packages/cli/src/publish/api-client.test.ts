import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

import { describe, expect, onTestFinished, test } from 'vitest'
import * as v from 'valibot'

import { code } from '../../test/fixture.ts'
import { apiClient, type ServerOptions } from './api-client.ts'

const AnswerSchema = v.object({ ok: v.literal(true) })

/** A client of a server that answers as told; waits take no time and are recorded. */
async function clientOf(answer: RequestListener, options: Partial<ServerOptions> = {}) {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const waits: number[] = []
  const wait = async (ms: number): Promise<void> => void waits.push(ms)
  const api = apiClient({ server: address, wait, random: () => 0, ...options })
  return {
    get: (timeoutMs?: number) =>
      api({ method: 'GET', path: '/v1/x', ...(timeoutMs ? { timeoutMs } : {}) }, AnswerSchema),
    waits,
    requests: () => requests,
  }
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
const refusal = (errorCode: string, details = {}) => ({
  error: { name: 'HomingError', code: errorCode, message: 'no', details },
})

describe('answers', () => {
  test('a good one', async () => {
    const { get, requests } = await clientOf(json(200, { ok: true }))
    expect(await get()).toEqual({ ok: true })
    expect(requests()).toBe(1)
  })

  test.each<[string, RequestListener, string, number]>([
    ['a page with status 200', (_, response) => response.end('<!doctype html>'), 'RESPONSE_UNEXPECTED', 1],
    ['another document', json(200, { ok: 'yes' }), 'RESPONSE_UNEXPECTED', 1],
    ['nothing', json(200, undefined), 'RESPONSE_UNEXPECTED', 1],
    ['the error of the server', json(409, refusal('VERSION_EXISTS')), 'VERSION_EXISTS', 1],
    ['a 404 of something else', (_, response) => response.writeHead(404).end('not here'), 'HTTP_STATUS', 1],
    ['a 401 of something else', (_, response) => response.writeHead(401).end(), 'UNAUTHORIZED', 1],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      'NETWORK_FAILED',
      5,
    ],
    ['a server in trouble', json(500, refusal('SERVER_FAILED')), 'SERVER_FAILED', 5],
    ['a proxy in trouble', (_, response) => response.writeHead(502).end('<html>'), 'HTTP_STATUS', 5],
    ['a broken connection', (request) => request.socket.destroy(), 'NETWORK_FAILED', 5],
    [
      'a body that breaks off',
      (_, response) =>
        void response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
      'NETWORK_FAILED',
      5,
    ],
  ])('%s', async (_, answer, expected, tries) => {
    const { get, requests } = await clientOf(answer)
    await expect(get()).rejects.toThrow(code(expected))
    expect(requests()).toBe(tries)
  })

  test('one that never comes', async () => {
    const { get, requests } = await clientOf(() => {})
    await expect(get(30)).rejects.toThrow(code('TIMEOUT'))
    expect(requests()).toBe(5)
  })

  test('one without end', async () => {
    const { get } = await clientOf((_, response) => {
      const piece = Buffer.alloc(1024 * 1024)
      const more = (): void =>
        void (response.write(piece) ? setImmediate(more) : response.once('drain', more))
      response.on('close', () => response.destroy())
      more()
    })
    await expect(get()).rejects.toThrow(code('RESPONSE_UNEXPECTED'))
  })
})

describe('trying again', () => {
  test('waits longer each time, from the lower half of the interval on', async () => {
    const { get, waits } = await clientOf(json(503, refusal('SERVER_FAILED')))
    await expect(get()).rejects.toThrow(code('SERVER_FAILED'))
    expect(waits).toEqual([125, 250, 500, 1000])
  })

  test('waits as long as the server asks, within reason', async () => {
    let asked = 0
    const { get, waits } = await clientOf((request, response) => {
      asked += 1
      if (asked === 1) json(429, refusal('RATE_LIMITED', { retryAfter: 3 }))(request, response)
      else if (asked === 2) response.writeHead(429, { 'retry-after': '86400' }).end()
      else json(200, { ok: true })(request, response)
    })
    expect(await get()).toEqual({ ok: true })
    expect(waits).toEqual([3000, 30_000])
  })

  test('ends when it is aborted', async () => {
    const abort = new AbortController()
    const { get, requests } = await clientOf(
      (_request, response) => {
        abort.abort()
        response.writeHead(500).end()
      },
      { signal: abort.signal },
    )
    await expect(get()).rejects.toThrow()
    expect(requests()).toBe(1)
    await expect(get()).rejects.toThrow(code('ABORTED'))
    expect(requests()).toBe(1)
  })
})

test.each(['', 'localhost:8400', 'ftp://host', '/path'])('"%s" is no address of a server', (server) => {
  expect(() => apiClient({ server })).toThrow(code('CONFIG_INVALID'))
})

test('the path of a server behind a prefix is kept', async () => {
  const urls: string[] = []
  const fetch = (url: unknown): Promise<Response> => {
    urls.push(String(url))
    return Promise.resolve(Response.json({ ok: true }))
  }
  await apiClient({ server: 'https://host/homing/', fetch })({ method: 'GET', path: '/v1/x' }, AnswerSchema)
  expect(urls).toEqual(['https://host/homing/v1/x'])
})
