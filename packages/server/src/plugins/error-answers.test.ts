import { join } from 'node:path'

import { ErrorBodySchema } from '@homing/protocol'
import * as fc from 'fast-check'
import Libsql from 'libsql'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'

import {
  admin,
  adminToken,
  publisher,
  samplePackage,
  sha256,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'

const json = { ...admin, 'content-type': 'application/json' }

describe('refusals', () => {
  test.each([
    ['GET', '/v1/nothing', {}, undefined, 404, 'REQUEST_INVALID'],
    ['GET', '/nothing', {}, undefined, 404, 'BLOB_UNKNOWN'],
    ['POST', '/v1/models', {}, undefined, 405, 'REQUEST_INVALID'],
    ['DELETE', '/v1/models/digits', {}, undefined, 405, 'REQUEST_INVALID'],
    ['GET', `/v1/blobs/${'0'.repeat(64)}`, {}, undefined, 405, 'REQUEST_INVALID'],
    ['PUT', `/repository/blobs/${'0'.repeat(64)}`, {}, 'x', 405, 'REQUEST_INVALID'],
    ['GET', '/v1/models/Digits', {}, undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/v1/models/%zz', {}, undefined, 400, 'REQUEST_INVALID'],
    ['GET', `/v1/models/${'a'.repeat(500)}`, {}, undefined, 414, 'REQUEST_INVALID'],
    ['POST', '/v1/blobs/missing', json, '{"sha256": [', 400, 'REQUEST_INVALID'],
    ['POST', '/v1/blobs/missing', json, '', 400, 'REQUEST_INVALID'],
    ['POST', '/v1/blobs/missing', json, '{"__proto__": {"sha256": []}}', 400, 'REQUEST_INVALID'],
    ['POST', '/v1/blobs/missing', { ...admin, 'content-type': 'text/html' }, '<p>', 415, 'REQUEST_INVALID'],
    ['POST', '/v1/blobs/missing', json, `"${'x'.repeat(9_000_000)}"`, 413, 'BODY_TOO_LARGE'],
    ['POST', '/v1/blobs/missing', { 'content-type': 'application/json' }, '{', 401, 'UNAUTHORIZED'],
    ['PUT', `/v1/blobs/${'0'.repeat(64)}`, {}, 'x', 401, 'UNAUTHORIZED'],
    ['PUT', '/v1/models/digits/versions/1.0.0', {}, '{}', 401, 'UNAUTHORIZED'],
    ['PUT', '/v1/models/digits/rollout', {}, '{}', 401, 'UNAUTHORIZED'],
    ['PUT', '/v1/metadata/root', {}, '{}', 401, 'UNAUTHORIZED'],
    ['POST', '/v1/metadata/online-key', {}, undefined, 401, 'UNAUTHORIZED'],
    ['PUT', '/v1/metadata/timestamp', json, '{}', 400, 'REQUEST_INVALID'],
    ['PUT', '/v1/metadata/root', json, 'x'.repeat(600_000), 413, 'BODY_TOO_LARGE'],
    ['PUT', '/v1/metadata/publisher', json, 'x'.repeat(5_000_001), 413, 'BODY_TOO_LARGE'],
    ['GET', '/v1/metadata/root', {}, undefined, 409, 'METADATA_MISSING'],
    ['PUT', '/repository/metadata/timestamp.json', {}, 'x', 405, 'REQUEST_INVALID'],
    ['PUT', '/v1/models/digits/versions/1.0', json, '{}', 400, 'REQUEST_INVALID'],
  ] as const)('%s %s', async (method, url, headers, payload, status, code) => {
    const app = await startedServer()
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    expect(answer.statusCode, answer.body).toBe(status)
    const { error } = v.parse(ErrorBodySchema, answer.json())
    expect(error.code).toBe(code)
    expect(answer.headers['x-content-type-options']).toBe(
      status === 414 || url.includes('%zz') ? undefined : 'nosniff',
    )
    expect(answer.body).not.toContain('node_modules')
  })

  test('405 says which methods there are', async () => {
    const app = await startedServer()
    const allow = async (method: 'POST' | 'GET', url: string) =>
      (await app.inject({ method, url })).headers.allow
    expect(await allow('POST', '/v1/models')).toBe('GET, HEAD')
    expect(await allow('GET', '/v1/models/digits/rollout')).toBe('PUT')
    expect(await allow('POST', '/healthz')).toBe('GET, HEAD')
  })

  test('a malformed body is told by field', async () => {
    const app = await startedServer()
    const answer = await publisher(app).rollOut('digits', { champion: '1.0.0', challenger: 5 })
    expect(answer.json().error.details.issues).toEqual([{ path: 'challenger', problem: 'must be string' }])
  })

  test.each([
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${adminToken}x`,
    `Bearer ${adminToken.slice(1)}`,
    `Basic ${adminToken}`,
    adminToken,
  ])('the authorisation "%s" is none', async (authorization) => {
    const app = await startedServer()
    const answer = await app.inject({
      method: 'PUT',
      url: `/v1/blobs/${sha256('x')}`,
      payload: 'x',
      headers: { authorization },
    })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(answer.body).not.toContain(adminToken)
  })

  test('writes over the limit are 429 with the time to wait; reads go on', async () => {
    const app = await startedServer({ limits: { writesPerMinute: 3 } })
    const { putBlob, missing } = publisher(app)
    for (let write = 1; write <= 2; write++) expect((await putBlob(Buffer.from('x'))).statusCode).toBe(201)
    expect((await missing([])).statusCode).toBe(200)
    const refused = await putBlob(Buffer.from('x'))
    expect(refused.statusCode).toBe(429)
    const { error } = v.parse(ErrorBodySchema, refused.json())
    expect(error.code).toBe('RATE_LIMITED')
    expect(error.details.retryAfter).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBe(error.details.retryAfter)
    expect((await app.inject('/v1/models')).statusCode).toBe(200)
  })

  test.each(['/v1/models', '/v1/models/digits', '/v1/metadata', '/v1/models/digits/access', '/readyz'])(
    'answers of %s that are computed are limited; files and the sign of life are not',
    async (url) => {
      const app = await startedServer({ limits: { queriesPerMinute: 1 } })
      expect((await app.inject(url)).statusCode).not.toBe(429)
      expect((await app.inject(url)).statusCode).toBe(429)
      for (const open of ['/healthz', '/healthz', '/repository/metadata/timestamp.json'])
        expect((await app.inject(open)).statusCode).not.toBe(429)
    },
  )

  test('what nobody foresaw is 500 with a request id and nothing of its insides', async () => {
    const dataFolder = await temporaryFolder()
    const app = await startedServer({ dataFolder })
    const saboteur = new Libsql(join(dataFolder, 'homing.sqlite'))
    saboteur.exec('drop table versions')
    saboteur.close()
    const answer = await app.inject('/v1/models')
    expect(answer.statusCode).toBe(500)
    const { error } = v.parse(ErrorBodySchema, answer.json())
    expect(error).toMatchObject({ code: 'SERVER_FAILED', details: {} })
    expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.body).not.toMatch(/sqlite|kysely|table|at \//i)
  })
})

describe('random requests', () => {
  const route = fc.constantFrom<['PUT' | 'POST', string]>(
    ['POST', '/v1/blobs/missing'],
    ['PUT', '/v1/models/digits/rollout'],
    ['PUT', '/v1/models/digits/versions/1.0.0'],
    ['PUT', `/v1/blobs/${'0'.repeat(64)}`],
    ['PUT', '/v1/metadata/root'],
    ['PUT', '/v1/metadata/targets'],
    ['PUT', '/v1/metadata/publisher'],
  )
  const manifestLike = fc.record(
    Object.fromEntries(
      Object.keys(samplePackage().manifest).map((key) => [key, fc.jsonValue({ maxDepth: 3 })]),
    ),
    { requiredKeys: [] },
  )
  const spoilt = fc
    .tuple(fc.constantFrom(...Object.keys(samplePackage().manifest)), fc.jsonValue({ maxDepth: 3 }))
    .map(([key, value]) => ({ ...samplePackage().manifest, [key]: value }))
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    manifestLike.map((value) => JSON.stringify(value)),
    spoilt.map((value) => JSON.stringify(value)),
    fc
      .record({ champion: fc.jsonValue(), challenger: fc.jsonValue() }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value)),
    fc.record({ sha256: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  )

  test('bodies never give 5xx, and every refusal has the shape of one', async () => {
    const app = await startedServer({ limits: { writesPerMinute: 1_000_000 } })
    await fc.assert(
      fc.asyncProperty(route, body, async ([method, url], payload) => {
        const answer = await app.inject({ method, url, payload, headers: json })
        expect(answer.statusCode).toBeLessThan(500)
        if (answer.statusCode >= 400) v.parse(ErrorBodySchema, answer.json())
      }),
      { numRuns: 3000 },
    )
  })

  test('addresses never give 5xx and never a file', async () => {
    const app = await startedServer()
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '%2e%2e',
        '..%2f',
        '%5c',
        '%00',
        'blobs',
        'models',
        'rollouts',
        'digits',
        '1.0.0',
        'manifest.json',
        '',
      ),
      fc
        .string({ unit: 'binary', maxLength: 12 })
        .map((text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''))),
    )
    const prefix = fc.constantFrom('/repository/', '/v1/models/', '/v1/blobs/', '/')
    await fc.assert(
      fc.asyncProperty(prefix, fc.array(piece, { maxLength: 5 }), async (start, pieces) => {
        const answer = await app.inject({ url: start + pieces.join('/') })
        expect([200, 400, 404, 405, 414]).toContain(answer.statusCode)
        if (answer.statusCode === 200) expect(answer.json()).toEqual({ models: [] })
      }),
      { numRuns: 2000 },
    )
  })
})
