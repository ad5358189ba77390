import { readdir } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { join } from 'node:path'

import { describe, expect, test, vi } from 'vitest'

import type { ServerOptions } from '../src/index.ts'
import {
  admin,
  adminToken,
  publisher,
  samplePackage,
  sha256,
  startedServer,
  temporaryFolder,
} from './fixture.ts'
import { rawConnection, uploadHead } from './raw-request.ts'

async function listening(options: Partial<ServerOptions> = {}) {
  const dataFolder = await temporaryFolder()
  const app = await startedServer({ dataFolder, ...options })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const incoming = () => readdir(join(dataFolder, 'incoming'))
  return { app, url, incoming }
}

const weights = Buffer.alloc(3_000_000, 'weights')
const hash = sha256(weights)

describe('uploads over a socket', () => {
  test('a stream of unknown length is stored', async () => {
    const { url } = await listening()
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < weights.byteLength; at += 100_000)
          controller.enqueue(weights.subarray(at, at + 100_000))
        controller.close()
      },
    })
    const answer = await fetch(`${url}/v1/blobs/${hash}`, {
      method: 'PUT',
      body,
      duplex: 'half',
      headers: admin,
    })
    expect(answer.status).toBe(201)
    expect(
      Buffer.from(await (await fetch(`${url}/repository/blobs/${hash}`)).arrayBuffer()).equals(weights),
    ).toBe(true)
  })

  test.each([weights.byteLength, 'chunked'] as const)(
    'one that is cut off (%s) leaves nothing, and the next one works',
    async (size) => {
      const { url, incoming } = await listening()
      const connection = rawConnection(url)
      connection.write(uploadHead(hash, size, adminToken))
      connection.write(size === 'chunked' ? 'ffff\r\nhalf of it' : weights.subarray(0, 100_000))
      await vi.waitFor(async () => expect(await incoming()).toHaveLength(1))
      connection.socket.destroy()
      await vi.waitFor(async () => expect(await incoming()).toEqual([]))
      expect((await fetch(`${url}/repository/blobs/${hash}`)).status).toBe(404)
      const again = await fetch(`${url}/v1/blobs/${hash}`, { method: 'PUT', body: weights, headers: admin })
      expect(again.status).toBe(201)
    },
  )

  test('one that stands still is ended with 408 and leaves nothing', async () => {
    const { url, incoming } = await listening({ limits: { uploadIdleMs: 200 } })
    const connection = rawConnection(url)
    connection.write(uploadHead(hash, weights.byteLength, adminToken))
    connection.write('the first bytes')
    expect(await connection.until(/requestId/)).toMatch(/^HTTP\/1\.1 408 [^]*"code":"TIMEOUT"/)
    expect(await incoming()).toEqual([])
  })

  test('a slow one that keeps moving is not', async () => {
    const { url } = await listening({ limits: { uploadIdleMs: 400 } })
    const connection = rawConnection(url)
    const bytes = Buffer.from('12345678')
    connection.write(uploadHead(sha256(bytes), bytes.byteLength, adminToken))
    for (const byte of bytes) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      connection.write(Buffer.of(byte))
    }
    expect(await connection.until(/"size":8}/)).toMatch(/^HTTP\/1\.1 201 /)
  })

  test(
    'the refusal of a body that never ends arrives, and then the line is cut',
    { timeout: 20_000 },
    async () => {
      const { url, incoming } = await listening({ limits: { blobBytes: 100_000 } })
      const connection = rawConnection(url)
      connection.write(uploadHead(hash, 'chunked', adminToken))
      const flood = setInterval(() => connection.write(`ffff\r\n${'x'.repeat(0xffff)}\r\n`), 5)
      try {
        expect(await connection.until(/requestId/)).toMatch(/^HTTP\/1\.1 413 [^]*BODY_TOO_LARGE/)
        await connection.closed
      } finally {
        clearInterval(flood)
      }
      expect(await incoming()).toEqual([])
    },
  )

  test('without the token the body is not stored at all', async () => {
    const { url, incoming } = await listening()
    const connection = rawConnection(url)
    connection.write(uploadHead(hash, weights.byteLength, 'another-token-than-the-right-one'))
    expect(await connection.until(/requestId/)).toMatch(/^HTTP\/1\.1 401 /)
    expect(await incoming()).toEqual([])
  })

  test('a large manifest over the limit is refused without a fault', async () => {
    const { url } = await listening({ limits: { manifestBytes: 1000 } })
    const answer = await fetch(`${url}/v1/models/digits/versions/1.0.0`, {
      method: 'PUT',
      body: weights,
      headers: admin,
    })
    expect(answer.status).toBe(413)
  })
})

describe('reads over a socket', () => {
  test('a download goes on where it ended', async () => {
    const { app, url } = await listening()
    await publisher(app).putBlob(weights)
    const first = await fetch(`${url}/repository/blobs/${hash}`, { headers: { range: 'bytes=0-999999' } })
    const rest = await fetch(`${url}/repository/blobs/${hash}`, {
      headers: { range: 'bytes=1000000-', 'if-range': first.headers.get('etag')! },
    })
    expect([first.status, rest.status]).toEqual([206, 206])
    const whole = Buffer.concat([
      Buffer.from(await first.arrayBuffer()),
      Buffer.from(await rest.arrayBuffer()),
    ])
    expect(sha256(whole)).toBe(hash)
  })

  test('what is compressed arrives as the bytes that the manifest names', async () => {
    const { app, url } = await listening()
    const sample = samplePackage()
    await publisher(app).publish(sample)
    for (const blob of sample.blobs) {
      const answer = await fetch(`${url}/repository/blobs/${sha256(blob)}`)
      expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(blob))
    }
  })

  test('a reader that goes away mid-way harms nobody', async () => {
    const { app, url } = await listening()
    await publisher(app).putBlob(weights)
    for (let i = 0; i < 5; i++) {
      const connection = rawConnection(url)
      connection.write(`GET /repository/blobs/${hash} HTTP/1.1\r\nHost: test\r\n\r\n`)
      await connection.until(/200 OK/)
      connection.socket.destroy()
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })

  test('one connection carries many requests, also after a refusal', async () => {
    const { url } = await listening()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number>()
    for (const path of ['/healthz', '/v1/nothing', '/repository/blobs/x', '/v1/models', '/healthz']) {
      await new Promise<void>((resolve, reject) => {
        get(`${url}${path}`, { agent }, (answer) => {
          ports.add(answer.socket.localPort!)
          answer.resume().on('end', resolve)
        }).on('error', reject)
      })
    }
    agent.destroy()
    expect(ports.size).toBe(1)
  })

  test.each([
    ['/../homing.sqlite'],
    ['/repository/../../homing.sqlite'],
    ['/repository/blobs/../../homing.sqlite'],
    ['/repository/blobs/..%2F..%2Fhoming.sqlite'],
    ['/repository/blobs/%2e%2e/%2e%2e/homing.sqlite'],
    ['/repository/blobs/%252e%252e%252fhoming.sqlite'],
    ['/repository/blobs/..\\..\\homing.sqlite'],
    ['//repository/blobs'],
    ['http://elsewhere/homing.sqlite'],
  ])('raw address %s names no file', async (address) => {
    const { url } = await listening()
    const connection = rawConnection(url)
    connection.write(`GET ${address} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`)
    expect(await connection.closed).toMatch(/^HTTP\/1\.1 40[04] [^]*HomingError/)
  })
})

describe('what is hardly a request', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nHost: test\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'PUT /v1/blobs/x HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
    ],
    [
      'length and chunks',
      'PUT /v1/blobs/x HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx',
      400,
    ],
  ])('%s', async (_what, text, status) => {
    const { url } = await listening()
    const connection = rawConnection(url)
    connection.write(text)
    const answer = await connection.closed
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!).error.name).toBe('HomingError')
  })
})
