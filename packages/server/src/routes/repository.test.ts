import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'

import {
  publisher,
  samplePackage,
  sha256,
  signer,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'

const sample = samplePackage()
const graphUrl = `/repository/blobs/${sha256(sample.graph)}`
const shardUrl = `/repository/blobs/${sha256(sample.shards[0]!)}`
const manifestUrl = '/repository/models/digits/1.0.0/manifest.json'
const timestampUrl = '/repository/metadata/timestamp.json'
const rolloutUrl = (app: FastifyInstance) => signer(app).placeOf('rollouts/digits.json')

async function serverWithDigits(dataFolder?: string) {
  const app = await startedServer(dataFolder === undefined ? {} : { dataFolder })
  await publisher(app).publish(sample)
  await publisher(app).rollOut('digits', { champion: '1.0.0' })
  return app
}

describe('the repository', () => {
  test('serves blobs and manifests for ever and the timestamp for the moment', async () => {
    const app = await serverWithDigits()
    const headers = async (url: string) => (await app.inject(url)).headers
    expect(await headers(shardUrl)).toMatchObject({
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': '640',
      'accept-ranges': 'bytes',
      etag: `"${sha256(sample.shards[0]!)}"`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': expect.stringMatching(/Content-Length.*Content-Range.*ETag/),
      vary: expect.stringContaining('accept-encoding'),
    })
    expect(await headers(manifestUrl)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const hashed = `/repository/models/digits/1.0.0/${sha256(sample.bytes)}.manifest.json`
    for (const url of [hashed, await rolloutUrl(app), '/repository/metadata/1.root.json']) {
      expect(await headers(url), url).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
      })
    }
    expect(await headers(timestampUrl)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      etag: `"${sha256((await app.inject(timestampUrl)).rawPayload)}"`,
    })
  })

  test.each([graphUrl, manifestUrl, `/repository/blobs/${sha256(sample.document)}`])(
    'sends %s compressed to those who can read it',
    async (url) => {
      const app = await serverWithDigits()
      const plain = (await app.inject(url)).rawPayload
      const decoders = { br: brotliDecompressSync, gzip: gunzipSync }
      for (const [coding, decode] of Object.entries(decoders)) {
        const answer = await app.inject({ url, headers: { 'accept-encoding': coding } })
        expect(answer.headers['content-encoding']).toBe(coding)
        expect(answer.rawPayload.byteLength).toBeLessThan(plain.byteLength)
        expect(decode(answer.rawPayload).equals(plain)).toBe(true)
        expect(answer.headers['content-type']).toBe((await app.inject(url)).headers['content-type'])
      }
      const best = await app.inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
      expect(best.headers['content-encoding']).toBe('br')
      const range = await app.inject({ url, headers: { 'accept-encoding': 'br', range: 'bytes=5-14' } })
      expect(range.statusCode).toBe(206)
      expect(range.headers['content-encoding']).toBeUndefined()
      expect(range.rawPayload.equals(plain.subarray(5, 15))).toBe(true)
    },
  )

  test('parameters are never compressed', async () => {
    const dataFolder = await temporaryFolder()
    const app = await serverWithDigits(dataFolder)
    const answer = await app.inject({ url: shardUrl, headers: { 'accept-encoding': 'gzip, br' } })
    expect(answer.headers['content-encoding']).toBeUndefined()
    expect(answer.rawPayload.equals(sample.shards[0]!)).toBe(true)
    const files = await readdir(join(dataFolder, 'repository/blobs'))
    expect(files.filter((name) => name.startsWith(sha256(sample.shards[0]!)))).toHaveLength(1)
  })

  test.each([
    ['bytes=0-0', 206, [0, 1], 'bytes 0-0/640'],
    ['bytes=100-199', 206, [100, 200], 'bytes 100-199/640'],
    ['bytes=600-', 206, [600, 640], 'bytes 600-639/640'],
    ['bytes=-40', 206, [600, 640], 'bytes 600-639/640'],
    ['bytes=600-9999', 206, [600, 640], 'bytes 600-639/640'],
    ['items=0-9', 200, [0, 640], undefined],
    ['bytes=0-9,20-29', 200, [0, 640], undefined],
  ])('answers range %s with %i', async (range, status, [from, to], contentRange) => {
    const app = await serverWithDigits()
    const answer = await app.inject({ url: shardUrl, headers: { range } })
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-range']).toBe(contentRange)
    expect(answer.rawPayload.equals(sample.shards[0]!.subarray(from, to))).toBe(true)
  })

  test('refuses a range outside the blob and says how long it is', async () => {
    const app = await serverWithDigits()
    const answer = await app.inject({ url: shardUrl, headers: { range: 'bytes=640-' } })
    expect(answer.statusCode).toBe(416)
    expect(answer.headers['content-range']).toBe('bytes */640')
    expect(answer.json().error.code).toBe('REQUEST_INVALID')
  })

  test('a tag resumes a download only of the same bytes', async () => {
    const app = await serverWithDigits()
    const resume = (tag: string) =>
      app.inject({ url: shardUrl, headers: { range: 'bytes=600-', 'if-range': tag } })
    expect((await resume(`"${sha256(sample.shards[0]!)}"`)).statusCode).toBe(206)
    expect((await resume('"another"')).statusCode).toBe(200)
  })

  test('a tag that is still right is answered with 304, until something is published', async () => {
    const app = await serverWithDigits()
    for (const url of [shardUrl, graphUrl, manifestUrl, await rolloutUrl(app), timestampUrl]) {
      const { etag } = (await app.inject(url)).headers
      for (const tag of [etag, `W/"old", ${etag}`, '*']) {
        const answer = await app.inject({ url, headers: { 'if-none-match': tag } })
        expect(answer.statusCode, `${url} ${tag}`).toBe(304)
        expect(answer.rawPayload).toHaveLength(0)
      }
      expect((await app.inject({ url, headers: { 'if-none-match': '"old"' } })).statusCode).toBe(200)
    }
    const { etag } = (await app.inject(timestampUrl)).headers
    await publisher(app).publish(samplePackage('1.1.0'))
    await publisher(app).rollOut('digits', { champion: '1.1.0' })
    const changed = await app.inject({ url: timestampUrl, headers: { 'if-none-match': etag } })
    expect(changed.statusCode).toBe(200)
    expect((await app.inject(await rolloutUrl(app))).json().champion).toBe('1.1.0')
  })

  test('HEAD says what GET would send', async () => {
    const app = await serverWithDigits()
    for (const url of [shardUrl, manifestUrl, await rolloutUrl(app), timestampUrl]) {
      const [head, get] = [await app.inject({ method: 'HEAD', url }), await app.inject(url)]
      expect(head.statusCode).toBe(200)
      expect(head.rawPayload).toHaveLength(0)
      expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' })
    }
  })

  test.each([
    '/repository',
    '/repository/',
    '/repository/blobs',
    '/repository/blobs/',
    '/repository/models/digits/1.0.0',
    '/repository/models/digits/1.0.0/',
    '/repository/models/digits/1.0.0/manifest.json.br',
    '/repository/rollouts/',
    '/repository/.ready',
    '/repository/blobs/.hidden',
    `/repository/blobs/${sha256(sample.graph)}.br`,
    `/repository/blobs/${'0'.repeat(64)}`,
    '/repository/blobs/..%2f..%2fhoming.sqlite',
    '/repository/blobs/%2e%2e/%2e%2e/homing.sqlite',
    '/repository/..%2fhoming.sqlite',
    '/repository/../homing.sqlite',
    '/repository//blobs/x',
    '/repository/models/..%2f..%2f/1.0.0/manifest.json',
    '/repository/models/digits/..%2f1.0.0/manifest.json',
    '/repository/models/digits/%2e%2e/manifest.json',
    '/repository/models/digits/9.9.9/manifest.json',
    '/repository/rollouts/..%2f..%2fhoming.sqlite',
    '/repository/rollouts/..%2fmodels%2fdigits.json',
    '/repository/rollouts/digits.json',
    `/repository/rollouts/${'0'.repeat(64)}.digits.json`,
    `/repository/rollouts/${'0'.repeat(64)}..%2f..%2fhoming.json`,
    '/repository/metadata/',
    '/repository/metadata/2.root.json',
    '/repository/metadata/0.root.json',
    '/repository/metadata/root.json',
    '/repository/metadata/01.root.json',
    '/repository/metadata/1.wine.json',
    '/repository/metadata/1.root.json.br',
    '/repository/metadata/1...%2f..%2fhoming.json',
    '/repository/metadata/1.%2e%2e.json',
    '/repository/patches/digits/1.0.0.json',
    `/repository/patches/digits/${'0'.repeat(64)}.1.0.0.json`,
    `/repository/models/digits/1.0.0/${'0'.repeat(64)}.manifest.json`,
    `/repository/federated/digits/1.0.0/${'0'.repeat(64)}.manifest.json`,
    '/online-keys/1.pem',
    '/repository/..%2fonline-keys%2f1.pem',
    '/repository/rollouts/digits',
    '/repository/rollouts/digits%00.json',
    '/repository/rollouts/ｄｉｇｉｔｓ.json',
    `/repository/rollouts/${'a'.repeat(300)}.json`,
    '/repository/%zz',
    '/incoming/',
    '/homing.sqlite',
  ])('has nothing at %s', async (url) => {
    const dataFolder = await temporaryFolder()
    const app = await serverWithDigits(dataFolder)
    await app.inject('/readyz')
    await writeFile(join(dataFolder, 'repository/blobs/.hidden'), 'secret')
    const answer = await app.inject(encodeURI(url).replaceAll('%25', '%'))
    expect([400, 404, 414], answer.body).toContain(answer.statusCode)
    expect(answer.json().error.name).toBe('HomingError')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.etag).toBeUndefined()
  })

  test('a folder in a file’s place is no file', async () => {
    const dataFolder = await temporaryFolder()
    const app = await serverWithDigits(dataFolder)
    await mkdir(join(dataFolder, 'repository/blobs', '1'.repeat(64)))
    expect((await app.inject(`/repository/blobs/${'1'.repeat(64)}`)).statusCode).toBe(404)
  })
})
