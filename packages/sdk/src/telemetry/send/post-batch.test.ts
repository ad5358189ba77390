import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type BatchAnswer, startTelemetryServer, type TelemetryServer } from '@homing/testkit'
import { maxKeepalive } from './config.ts'
import type { SendPlatform } from './ports.ts'
import { postBatch, type Verdict } from './post-batch.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
let server: TelemetryServer
let requests: RequestInit[]

beforeEach(async () => {
  server = await startTelemetryServer()
  requests = []
})
afterEach(() => server.close())

const platform: SendPlatform = {
  fetch: (url, init) => {
    requests.push(init!)
    return fetch(url, init)
  },
  time: () => now,
  random: () => 0.5,
  sleep: () => Promise.resolve(),
}
const post = (body: string, signal = new AbortController().signal, url = server.url): Promise<Verdict> =>
  postBatch(body, { url, key: 'a-key' }, platform, signal)
const answered = async (answer: BatchAnswer): Promise<Verdict> => {
  server.answer(() => answer)
  return post('{}')
}

test('a batch goes as gzip, with the key of the app, and with no cookie or referrer', async () => {
  expect(await post('{"text":"größer"}')).toEqual({ kind: 'taken' })
  const [{ headers, body }] = server.received as [TelemetryServer['received'][0]]
  expect(body).toBe('{"text":"größer"}')
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'homing-app-key': 'a-key',
  })
  expect(requests[0]).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer', keepalive: true })
})

test('what is too large to be kept alive goes without that', async () => {
  const random = crypto.getRandomValues(new Uint8Array(maxKeepalive))
  await post(btoa(String.fromCharCode(...random.subarray(0, 60_000))).repeat(2))
  expect((requests[0]!.body as Uint8Array).byteLength).toBeGreaterThan(maxKeepalive)
  expect(requests[0]!.keepalive).toBe(false)
})

test('a browser that refuses keepalive sends without it', async () => {
  const picky: SendPlatform = {
    ...platform,
    fetch: (url, init) => (init?.keepalive ? Promise.reject(new TypeError('quota')) : fetch(url, init)),
  }
  const { signal } = new AbortController()
  expect(await postBatch('{}', { url: server.url, key: 'k' }, picky, signal)).toEqual({ kind: 'taken' })
})

describe('the answer decides', () => {
  test.each([400, 401, 403, 413, 415, 422])('%i: it will never be taken', async (status) => {
    expect(await answered({ status })).toEqual({ kind: 'refused' })
  })

  test.each([500, 501, 507])('%i: it may be the batch', async (status) => {
    expect(await answered({ status })).toEqual({ kind: 'failed' })
  })

  test.each([200, 204, 404, 405, 408, 425, 429, 502, 503, 504])(
    '%i: later; a portal that says 200 to everything has taken nothing',
    async (status) => {
      expect(await answered({ status })).toEqual({ kind: 'later' })
    },
  )

  test.each<[string, BatchAnswer, number]>([
    ['seconds', { status: 503, headers: { 'retry-after': '120' } }, 120_000],
    ['a date', { status: 429, headers: { 'retry-after': 'Mon, 23 Nov 2026 12:01:00 GMT' } }, 60_000],
    [
      'a date that has passed',
      { status: 503, headers: { 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' } },
      0,
    ],
    ['its body', { status: 429, body: '{"error":{"details":{"retryAfter":7}}}' }, 7_000],
  ])('how long to wait is said in %s', async (_, answer, after) => {
    expect(await answered(answer)).toEqual({ kind: 'later', after })
  })

  test.each(['', 'soon', '-5'])('a wait of "%s" says nothing', async (header) => {
    expect(await answered({ status: 503, headers: { 'retry-after': header } })).toEqual({ kind: 'later' })
  })

  test('no connection, one that is cut, and a redirect: later', async () => {
    expect(await answered('cut')).toEqual({ kind: 'later' })
    expect(await answered({ status: 302, headers: { location: '/login' } })).toEqual({ kind: 'later' })
    await server.close()
    expect(await post('{}')).toEqual({ kind: 'later' })
  })
})

test('an abort ends a request that hangs', async () => {
  const arrived = new Promise<void>((resolve) => {
    server.answer(() => {
      resolve()
      return 'hang'
    })
  })
  const abort = new AbortController()
  const posted = post('{}', abort.signal)
  await arrived
  abort.abort()
  await expect(posted).rejects.toThrow()
})
