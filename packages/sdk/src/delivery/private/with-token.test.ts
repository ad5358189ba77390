import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { expect, onTestFinished, test } from 'vitest'

import { privatePlace } from './private-files.ts'
import { createTokenSession, type TokenSession } from './token-session.ts'
import { webPlatform } from '../web-platform.ts'
import { withToken } from './with-token.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** An HTTP server, and what it was sent as Authorization, by path. */
async function serve(answer: Answer) {
  const seen: [path: string, authorization: string | undefined][] = []
  const server = createServer((request, response) => {
    seen.push([request.url!, request.headers.authorization])
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repository/`, seen }
}

/** Lets in whoever shows the token `good`. */
const guarded: Answer = ({ headers }, response) => {
  response.statusCode = headers.authorization === 'Bearer good' ? 200 : 401
  response.end('text')
}

/** Its files that may be private. */
const inRepository = (base: string) => (url: string) => privatePlace(base, url) !== undefined

const given = (...tokens: (string | undefined)[]): TokenSession => {
  let call = 0
  return createTokenSession({
    getToken: () => Promise.resolve(tokens[Math.min(call++, tokens.length - 1)]),
    time: Date.now,
  })
}

test('a token is shown once it is asked for, and from then on at once', async () => {
  const { url, seen } = await serve(guarded)
  const { fetch } = withToken(webPlatform(), inRepository(url), given('good'))
  expect((await fetch(`${url}models/a/1.0.0/manifest.json`)).status).toBe(200)
  expect((await fetch(`${url}blobs/x`)).status).toBe(200)
  expect(seen).toEqual([
    ['/repository/models/a/1.0.0/manifest.json', undefined],
    ['/repository/models/a/1.0.0/manifest.json', 'Bearer good'],
    ['/repository/blobs/x', 'Bearer good'],
  ])
})

test('public files need no token, whatever the app has', async () => {
  const { url, seen } = await serve((_request, response) => response.end())
  let calls = 0
  const tokens = createTokenSession({ getToken: () => Promise.resolve(`${++calls}`), time: Date.now })
  const { fetch } = withToken(webPlatform(), inRepository(url), tokens)
  for (const path of ['blobs/x', 'rollouts/a.json', 'metadata/timestamp.json']) await fetch(url + path)
  expect(calls).toBe(0)
  expect(seen.map(([, authorization]) => authorization)).toEqual([undefined, undefined, undefined])
})

test('a refused token is replaced once', async () => {
  const { url, seen } = await serve(guarded)
  const { fetch } = withToken(webPlatform(), inRepository(url), given('old', 'good'))
  await expect(fetch(`${url}blobs/x`)).rejects.toMatchObject({ code: 'UNAUTHORIZED' }) // asked, old, no more
  expect((await fetch(`${url}blobs/x`)).status).toBe(200)
  expect(seen.map(([, authorization]) => authorization)).toEqual([
    undefined,
    'Bearer old',
    'Bearer old',
    'Bearer good',
  ])
})

test.each([
  [401, 'UNAUTHORIZED', 'bad'],
  [403, 'FORBIDDEN', 'bad'],
  [401, 'UNAUTHORIZED', undefined],
])('status %i for good is %s', async (status, code, token) => {
  const { url, seen } = await serve((_request, response) => {
    response.statusCode = status
    response.end()
  })
  const { fetch } = withToken(webPlatform(), inRepository(url), given(token))
  const error = await fetch(`${url}blobs/x`).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code, details: { status } })
  expect(JSON.stringify(error)).not.toContain('bad')
  expect(seen).toHaveLength(token === undefined ? 1 : 2)
})

test('no other address gets the token', async () => {
  const stranger = await serve((_request, response) => response.end())
  const { url, seen } = await serve(guarded)
  const { fetch } = withToken(webPlatform(), inRepository(url), given('good'))
  await fetch(`${url}blobs/x`)
  const beside = url.replace('/repository/', '/repository-of-others/')
  for (const other of [stranger.url, beside, new URL('/', url).href]) await fetch(`${other}blobs/x`)
  for (const path of ['metadata/1.root.json', 'rollouts/a.json', 'patches/a/1.json']) await fetch(url + path)
  expect(stranger.seen).toEqual([['/repository/blobs/x', undefined]])
  expect(seen.slice(2).map(([, authorization]) => authorization)).toEqual(Array(5).fill(undefined))
})

test('a redirect does not carry the token away', async () => {
  const stranger = await serve((_request, response) => response.end())
  const { url } = await serve((request, response) => {
    if (request.headers.authorization === undefined) response.statusCode = 401
    else response.writeHead(302, { location: stranger.url })
    response.end()
  })
  const { fetch } = withToken(webPlatform(), inRepository(url), given('good'))
  await expect(fetch(`${url}blobs/x`)).rejects.toThrow()
  expect(stranger.seen).toEqual([])
})

test('an abort ends the wait for a hook that never answers', async () => {
  const { url } = await serve(guarded)
  const tokens = createTokenSession({ getToken: () => new Promise(() => undefined), time: Date.now })
  const { fetch } = withToken(webPlatform(), inRepository(url), tokens)
  const stop = new AbortController()
  const asked = fetch(`${url}blobs/x`, { signal: stop.signal })
  setTimeout(() => stop.abort(new Error('enough')), 50)
  await expect(asked).rejects.toThrow('enough')
})
