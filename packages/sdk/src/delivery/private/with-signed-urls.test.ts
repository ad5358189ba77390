import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { expect, onTestFinished, test } from 'vitest'

import { hastyPlatform } from '../hasty-platform.ts'
import { webPlatform } from '../web-platform.ts'
import { serverSigner, signingAddress } from './server-signer.ts'
import { createTokenSession } from './token-session.ts'
import { createUrlSigner, type SignUrls } from './url-signer.ts'
import { withSignedUrls } from './with-signed-urls.ts'
import { withToken } from './with-token.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function serve(answer: Answer) {
  const seen: { readonly url: string; readonly authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    seen.push({ url: request.url!, authorization: request.headers.authorization })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen }
}

const base = 'http://repository.invalid/'

/** Reads `blobs/a`, for which `sign` gives what a CDN at `url` then sees. */
function reading(url: string, sign: (count: number) => string) {
  let count = 0
  const signUrls: SignUrls = (places) =>
    Promise.resolve({
      expires: Date.now() / 1000 + 3600,
      urls: Object.fromEntries(places.map((place) => [place, `${url}${place}?${sign(++count)}`])),
    })
  const signer = createUrlSigner({ sign: signUrls, base, time: Date.now })
  const { fetch } = withSignedUrls(webPlatform(), base, signer)
  return { read: (init?: RequestInit) => fetch(`${base}blobs/a`, init), fetch, asked: () => count }
}

/** A CDN that knows `?good`. */
const cdn =
  (status: number): Answer =>
  ({ url }, response) => {
    response.statusCode = url!.endsWith('?good') ? 200 : status
    response.end('bytes')
  }

test('what may be private is read at signed addresses, all else at its own', async () => {
  const { url, seen } = await serve(cdn(403))
  const { read } = reading(url, () => 'good')
  expect((await read({ headers: { range: 'bytes=1-' } })).status).toBe(200)
  await read()
  expect(seen).toEqual(Array(2).fill({ url: '/blobs/a?good', authorization: undefined }))
  const { fetch, asked } = reading(url, () => 'good')
  for (const place of ['metadata/timestamp.json', 'rollouts/a.json', 'patches/a/1.json'])
    await fetch(`${base}${place}`).catch(() => undefined) // there is no such host
  await fetch(`${url}blobs/a`)
  expect(asked()).toBe(0)
})

test.each([401, 403])('an address refused with %i is replaced once, and it is read', async (status) => {
  const { url, seen } = await serve(cdn(status))
  const { read } = reading(url, (count) => (count === 1 ? 'old' : 'good'))
  expect((await read()).status).toBe(200)
  expect(seen.map(({ url }) => url)).toEqual(['/blobs/a?old', '/blobs/a?good'])
})

test.each([
  [401, 'UNAUTHORIZED'],
  [403, 'FORBIDDEN'],
])('addresses refused with %i again and again are %s, and no error shows one', async (status, code) => {
  const { url, seen } = await serve(cdn(status))
  const error = await reading(url, () => 'secret')
    .read()
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, details: { status } })
  expect(JSON.stringify(error)).not.toContain('secret')
  expect(seen).toHaveLength(2)
})

test('other failures are left to who asked', async () => {
  const { url, seen } = await serve(cdn(503))
  expect((await reading(url, () => 'bad').read()).status).toBe(503)
  expect(seen).toHaveLength(1)
})

test('an address that fails like a lost network is replaced by the next attempt', async () => {
  const { url } = await serve((request, response) => {
    if (request.url!.endsWith('?good')) response.end('bytes')
    else request.socket.destroy()
  })
  const { read } = reading(url, (count) => (count === 1 ? 'old' : 'good'))
  await expect(read()).rejects.toThrow(TypeError)
  expect((await read()).status).toBe(200)
})

test('an abort ends the wait for who never signs', async () => {
  const signer = createUrlSigner({ sign: () => new Promise(() => undefined), base, time: Date.now })
  const { fetch } = withSignedUrls(webPlatform(), base, signer)
  const stop = new AbortController()
  const asked = fetch(`${base}blobs/a`, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(asked).rejects.toThrow('enough')
})

test.each([
  ['a web page', 200, '<html>', 'RESPONSE_UNEXPECTED'],
  ['a refusal', 403, '{}', 'FORBIDDEN'],
  ['no such address', 404, '{}', 'HTTP_STATUS'],
  ['that it signs nothing', 400, '{}', 'HTTP_STATUS'],
])('a server that answers with %s', async (_what, status, body, code) => {
  const { url, seen } = await serve((_request, response) => {
    response.statusCode = status
    response.end(body)
  })
  const platform = hastyPlatform()
  const tokens = createTokenSession({ getToken: () => Promise.resolve('token'), time: Date.now })
  const mayAsk = (asked: string): boolean => asked.startsWith(signingAddress(url))
  const sign = serverSigner(withToken(platform, mayAsk, tokens), url)
  const signer = createUrlSigner({ sign, base, time: Date.now })
  const error = await signer.address('blobs/a').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code })
  expect(seen[0]!.url).toBe('/v1/signed-urls?paths=blobs/a')
})
