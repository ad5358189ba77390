import { maxSignedUrls } from '@homing/protocol'
import type { FastifyInstance } from 'fastify'
import type { JWTPayload } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'

import {
  admin,
  publisher,
  samplePackage,
  sha256,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'
import { audience, inSeconds, sharedKey, userClaims, userToken } from '../../test/tokens.ts'

const sample = samplePackage()
const shard = `blobs/${sha256(sample.shards[0]!)}`
const manifest = 'models/digits/1.0.0/manifest.json'
const signedManifest = `models/digits/1.0.0/${sha256(sample.bytes)}.manifest.json`
const privateFiles = [
  shard,
  `blobs/${sha256(sample.graph)}`,
  `blobs/${sha256(sample.bytes)}`,
  manifest,
  signedManifest,
]
const urlSecret = 'a secret that only this server knows'

let app: FastifyInstance
let dataFolder: string
const options = () => ({ dataFolder, urlSecret, tokens: { keys: { keys: [sharedKey] }, audience } })

beforeEach(async () => {
  dataFolder = await temporaryFolder()
  app = await startedServer(options())
})

const close = (model: string, access = 'private') =>
  app.inject({ method: 'PUT', url: `/v1/models/${model}/access`, payload: { access }, headers: admin })
const get = (path: string, headers: Record<string, string> = {}) =>
  app.inject({ url: `/repository/${path}`, headers })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const as = async (claims: JWTPayload) => bearer(await userToken({ ...userClaims(), ...claims }))

async function publishPrivate(): Promise<void> {
  expect((await close('digits')).json()).toEqual({ access: 'private' })
  await publisher(app).publish(sample)
}

describe('a private model', () => {
  test.each(privateFiles)('%s is read with a token that names it, and kept by no cache', async (path) => {
    await publishPrivate()
    const answer = await get(path, await as({}))
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['cache-control']).toBe('private, no-store')
    const refused = await get(path)
    expect(refused.statusCode).toBe(401)
    expect(refused.json().error.code).toBe('UNAUTHORIZED')
    expect(refused.headers).toMatchObject({ 'www-authenticate': 'Bearer', 'cache-control': 'no-store' })
    expect(refused.headers.etag).toBeUndefined()
    const others = await get(path, await as({ homing: { models: { wine: inSeconds(60) } } }))
    expect([others.statusCode, others.json().error.code]).toEqual([403, 'FORBIDDEN'])
    expect((await get(path, admin)).statusCode).toBe(200)
  })

  test('access ends when the claim says, though the token is good for longer', async () => {
    await publishPrivate()
    const until = inSeconds(-1)
    for (const path of privateFiles) {
      const { statusCode, body } = await get(path, await as({ homing: { models: { digits: until } } }))
      expect(statusCode).toBe(403)
      expect(JSON.parse(body)).toMatchObject({ error: { code: 'FORBIDDEN', details: { until } } })
    }
  })

  test('no other way of asking gets past', async () => {
    await publishPrivate()
    const etag = `"${sha256(sample.shards[0]!)}"`
    const asked = [
      await get(shard, { 'if-none-match': etag }),
      await get(shard, { 'if-none-match': '*' }),
      await get(shard, { range: 'bytes=0-0' }),
      await get(shard, { authorization: 'Basic dXNlcjpwYXNz' }),
      await get(shard, { authorization: 'Bearer' }),
      await get(shard, bearer(`${await userToken()}x`)),
      await get(shard, await as({ exp: inSeconds(-60) })),
      await get(shard, await as({ aud: 'https://elsewhere.example.org' })),
      await get(`${shard}?token=${await userToken()}`),
      await app.inject({ method: 'HEAD', url: `/repository/${shard}` }),
    ]
    for (const { statusCode, rawPayload } of asked) {
      expect(statusCode).toBe(401)
      expect(rawPayload.includes(sample.shards[0]!.subarray(0, 8))).toBe(false)
    }
    // Names that objects have by themselves are no models of a token.
    await close('constructor')
    await publisher(app).publish(samplePackage('1.0.0', 'constructor'))
    const inherited = await get('models/constructor/1.0.0/manifest.json', await as({}))
    expect(inherited.statusCode).toBe(403)
  })

  test('ranges and tags work with a token', async () => {
    await publishPrivate()
    const range = await get(shard, { ...(await as({})), range: 'bytes=0-7' })
    expect([range.statusCode, range.headers['cache-control']]).toEqual([206, 'private, no-store'])
    const etag = `"${sha256(sample.shards[0]!)}"`
    expect((await get(shard, { ...(await as({})), 'if-none-match': etag })).statusCode).toBe(304)
  })

  test('what is uploaded is nobody’s until it is published', async () => {
    await close('digits')
    await publisher(app).putBlob(sample.shards[0]!)
    expect((await get(shard, await as({}))).statusCode).toBe(403)
    expect((await get(shard)).statusCode).toBe(401)
    expect((await get(shard, admin)).statusCode).toBe(200)
  })

  test('a blob that a public model shares is public', async () => {
    await publishPrivate()
    const other = samplePackage('1.0.0', 'letters') // the same shards in another model
    await publisher(app).publish(other)
    expect((await get(shard)).headers['cache-control']).toMatch(/^public/)
    expect((await get(manifest)).statusCode).toBe(401)
    expect((await get('models/letters/1.0.0/manifest.json')).statusCode).toBe(200)
  })

  test('which versions there are is no secret, and a public model takes any token', async () => {
    await publishPrivate()
    expect((await app.inject('/v1/models')).json().models).toHaveLength(1)
    expect((await app.inject('/v1/models/digits/access')).json()).toEqual({ access: 'private' })
    await close('digits', 'public')
    expect((await get(manifest, bearer('nonsense'))).statusCode).toBe(200)
  })

  test('stays private when the server starts again, also without keys', async () => {
    await publishPrivate()
    await app.close()
    app = await startedServer({ dataFolder })
    const answer = await get(shard, await as({}))
    expect([answer.statusCode, answer.json().error.code]).toEqual([401, 'UNAUTHORIZED'])
  })

  test('only the admin decides who reads', async () => {
    const put = async (headers: Record<string, string>, payload: object) =>
      (await app.inject({ method: 'PUT', url: '/v1/models/digits/access', payload, headers })).statusCode
    expect(await put({}, { access: 'private' })).toBe(401)
    expect(await put(await as({}), { access: 'private' })).toBe(401)
    expect(await put(admin, { access: 'staff' })).toBe(400)
    expect(await put(admin, {})).toBe(400)
  })
})

describe('signed addresses', () => {
  const urlsOf = (headers: Record<string, string>, paths = privateFiles) =>
    app.inject({ url: '/v1/signed-urls', query: { paths: paths.join(',') }, headers })

  test('open what they were made for, and nothing else, until they expire', async () => {
    await publishPrivate()
    const answer = await urlsOf(await as({}))
    expect(answer.headers['cache-control']).toBe('private, no-store')
    const { urls, expires } = answer.json<{ urls: Record<string, string>; expires: number }>()
    expect(expires).toBeGreaterThan(inSeconds(0))
    expect(Object.keys(urls)).toEqual(privateFiles)
    for (const url of Object.values(urls)) {
      const read = await get(url)
      expect([read.statusCode, read.headers['cache-control']]).toEqual([200, 'private, no-store'])
    }
    const query = urls[shard]!.split('?')[1]!
    for (const bad of [
      `${manifest}?${query}`,
      `${shard}?${query.replace('expires=', 'expires=9')}`,
      `${shard}?${query.slice(0, -2)}`,
      `${shard}?expires=${expires}&signature=`,
      `${shard}?${query}&expires=${expires + 60}`,
    ])
      expect((await get(bad)).statusCode, bad).toBe(401)
    await app.close()
    app = await startedServer({ ...options(), now: () => new Date((expires + 1) * 1000) })
    expect((await get(urls[shard]!)).json().error.code).toBe('UNAUTHORIZED')
  })

  test('never outlast the access of the token they were made for', async () => {
    await publishPrivate()
    const until = inSeconds(60)
    const { expires } = (await urlsOf(await as({ homing: { models: { digits: until } } }))).json()
    expect(expires).toBe(until)
  })

  test('work for access that ends within a second', async () => {
    await publishPrivate()
    const until = inSeconds(60) + 0.5
    const answer = await urlsOf(await as({ homing: { models: { digits: until } } }))
    const { expires, urls } = answer.json<{ expires: number; urls: Record<string, string> }>()
    expect(expires).toBe(Math.floor(until))
    expect((await get(urls[shard]!)).statusCode).toBe(200)
  })

  test('are made for those who may read, on servers that sign', async () => {
    await publishPrivate()
    expect((await urlsOf({})).statusCode).toBe(401)
    expect((await urlsOf(await as({ homing: { models: {} } }))).statusCode).toBe(403)
    await app.close()
    app = await startedServer({ dataFolder })
    expect((await urlsOf(admin)).json().error.code).toBe('REQUEST_INVALID')
  })

  test('one file that may not be read refuses them all', async () => {
    await publishPrivate()
    await close('letters')
    const others = 'models/letters/1.0.0/manifest.json'
    expect((await urlsOf(await as({}), [manifest, others])).statusCode).toBe(403)
    expect((await urlsOf(await as({}), [manifest])).statusCode).toBe(200)
    expect((await urlsOf({}, ['models/open/1.0.0/manifest.json'])).statusCode).toBe(200)
  })

  test('are made of places where a private file can be, and of no others', async () => {
    await publishPrivate()
    for (const paths of [
      [''],
      ['metadata/timestamp.json'],
      ['rollouts/digits.json'],
      ['blobs/short'],
      ['models/Digits/1.0.0/manifest.json'],
      ['models/digits/one/manifest.json'],
      ['models/digits/1.0.0/short.manifest.json'],
      ['models/digits/1.0.0/../1.0.0/manifest.json'],
      [`https://elsewhere.example.org/${shard}`],
      [shard, ''],
      Array.from({ length: maxSignedUrls + 1 }, () => shard),
    ]) {
      const { statusCode, body } = await urlsOf(admin, paths)
      expect([statusCode, JSON.parse(body).error.code], paths[0]).toEqual([400, 'REQUEST_INVALID'])
    }
    const none = await app.inject({ url: '/v1/signed-urls', headers: admin })
    expect(none.json().error.code).toBe('REQUEST_INVALID')
  })
})
