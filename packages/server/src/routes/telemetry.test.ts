import { gzipSync } from 'node:zlib'

import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, test } from 'vitest'

import { admin, startedServer } from '../../test/fixture.ts'
import { appKey, sendTelemetry, telemetryBatch, thisHour } from '../../test/telemetry.ts'

let app: FastifyInstance
let key: string

beforeEach(async () => {
  app = await startedServer({ limits: { telemetryPerAddress: 1_000_000 } })
  key = (await appKey(app)).key
})

const codeOf = (answer: { body: string }): string =>
  (JSON.parse(answer.body) as { error: { code: string } }).error.code

describe('taking a batch', () => {
  test('answers 202 without a body, also for one that is not compressed, or was sent before', async () => {
    const batch = telemetryBatch()
    for (const answer of [
      await sendTelemetry(app, key, batch),
      await sendTelemetry(app, key, batch),
      await sendTelemetry(app, key, JSON.stringify(telemetryBatch()), { 'content-encoding': 'identity' }),
    ])
      expect([answer.statusCode, answer.body]).toEqual([202, ''])
  })

  const bodies: [string, Buffer, number, string][] = [
    ['no gzip', Buffer.from('{}'), 400, 'TELEMETRY_INVALID'],
    ['a cut gzip', gzipSync(JSON.stringify(telemetryBatch())).subarray(0, -9), 400, 'TELEMETRY_INVALID'],
    ['nothing', Buffer.alloc(0), 400, 'TELEMETRY_INVALID'],
    ['no JSON', gzipSync('{"protocol":1'), 400, 'TELEMETRY_INVALID'],
    ['not UTF-8', gzipSync(Buffer.from([0x22, 0xff, 0x22])), 400, 'TELEMETRY_INVALID'],
    ['null', gzipSync('null'), 400, 'TELEMETRY_INVALID'],
    ['deep nesting', gzipSync('['.repeat(200_000)), 400, 'TELEMETRY_INVALID'],
    ['a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), 413, 'BODY_TOO_LARGE'],
    [
      'a bomb of two members',
      Buffer.concat(Array(9).fill(gzipSync(Buffer.alloc(60_000, 32)))),
      413,
      'BODY_TOO_LARGE',
    ],
    ['too many bytes', Buffer.alloc(200_000, 1), 413, 'BODY_TOO_LARGE'],
  ]
  test('refuses what is no batch', async () => {
    for (const [what, body, status, code] of bodies) {
      const answer = await sendTelemetry(app, key, body)
      expect([answer.statusCode, codeOf(answer)], what).toEqual([status, code])
    }
  })

  const batches: [string, object, string][] = [
    ['an unknown version', { protocol: 2 }, 'TELEMETRY_UNSUPPORTED'],
    ['a version that is none', { protocol: '1' }, 'TELEMETRY_INVALID'],
    ['an id that is none', { id: 'x' }, 'TELEMETRY_INVALID'],
    ['a field that nobody described', { userId: 7 }, 'TELEMETRY_INVALID'],
    ['groups that are none', { groups: 'all' }, 'TELEMETRY_INVALID'],
    ['too many groups', { groups: Array(65).fill(telemetryBatch().groups[0]) }, 'TELEMETRY_INVALID'],
    ['events among aggregates', { events: [] }, 'TELEMETRY_INVALID'],
    ['a browser that is none', { browser: { family: 'netscape', major: 4 } }, 'TELEMETRY_INVALID'],
  ]
  test('refuses batches with a wrong field', async () => {
    for (const [what, changed, code] of batches) {
      const answer = await sendTelemetry(app, key, { ...telemetryBatch(), ...changed })
      expect([answer.statusCode, codeOf(answer)], what).toEqual([400, code])
    }
  })

  const counts = [
    ['a negative count', '"predictions":-1'],
    ['an infinite count', '"predictions":1e999'],
    ['a fraction', '"predictions":0.5'],
    ['a count beyond bounds', '"predictions":1e12'],
    ['NaN', '"predictions":NaN'],
    ['an unknown count', '"purchases":1'],
    ['a text', '"predictions":"1"'],
  ] as const
  test('refuses counts that are none', async () => {
    for (const [what, count] of counts) {
      const text = JSON.stringify(telemetryBatch()).replace('"predictions":1', count)
      const answer = await sendTelemetry(app, key, gzipSync(text))
      expect([answer.statusCode, codeOf(answer)], what).toEqual([400, 'TELEMETRY_INVALID'])
    }
  })

  test('refuses hours that are days ahead, and takes those of a clock that is wrong by less', async () => {
    expect((await sendTelemetry(app, key, telemetryBatch([{ hour: thisHour() + 20 }]))).statusCode).toBe(202)
    const answer = await sendTelemetry(app, key, telemetryBatch([{ hour: thisHour() + 48 }]))
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'TELEMETRY_INVALID'])
  })

  test('names no prototype', async () => {
    const text = JSON.stringify(telemetryBatch()).replace(
      '"counts"',
      '"errors":{"__proto__":{"a":1}},"counts"',
    )
    expect((await sendTelemetry(app, key, gzipSync(text))).statusCode).toBeLessThan(500)
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  test('refuses other encodings', async () => {
    const answer = await sendTelemetry(app, key, Buffer.from('x'), { 'content-encoding': 'br' })
    expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'REQUEST_INVALID'])
  })
})

describe('the key of an app', () => {
  test('is needed, and no longer good once revoked', async () => {
    const made = await appKey(app)
    expect(codeOf(await sendTelemetry(app, 'homing_x', telemetryBatch()))).toBe('UNAUTHORIZED')
    const none = await app.inject({ method: 'POST', url: '/v1/telemetry', payload: {} })
    expect([none.statusCode, codeOf(none)]).toEqual([401, 'UNAUTHORIZED'])
    const url = `/v1/apps/${made.id}/revoke`
    expect((await app.inject({ method: 'POST', url })).statusCode).toBe(401)
    const revoked = await app.inject({ method: 'POST', url, headers: admin })
    expect(revoked.json()).toMatchObject({ id: made.id, revokedAt: expect.any(String) })
    expect(codeOf(await sendTelemetry(app, made.key, telemetryBatch()))).toBe('UNAUTHORIZED')
    expect((await sendTelemetry(app, key, telemetryBatch())).statusCode).toBe(202)
  })

  test('is told once, and listed without itself', async () => {
    const made = await appKey(app, ['https://shop.example.org'])
    const { body } = await app.inject({ url: '/v1/apps', headers: admin })
    expect(body).toContain(made.id)
    expect(body).not.toContain(made.key)
    expect(body).not.toContain('sha256')
    expect((await app.inject('/v1/apps')).statusCode).toBe(401)
  })

  test('is not made for an app without a name, or without origins as browsers send them', async () => {
    for (const payload of [
      { app: 'shop' },
      { app: 'shop', origins: [] },
      { app: 'Shop!', origins: ['*'] },
      { app: 'shop', origins: ['https://shop.example.org/path'] },
      { app: 'shop', origins: ['shop.example.org'] },
    ]) {
      const answer = await app.inject({ method: 'POST', url: '/v1/apps', headers: admin, payload })
      expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'REQUEST_INVALID'])
    }
    const unknown = await app.inject({
      method: 'POST',
      url: '/v1/apps/0123456789abcdef/revoke',
      headers: admin,
    })
    expect([unknown.statusCode, codeOf(unknown)]).toEqual([400, 'REQUEST_INVALID'])
  })

  test('is for its origins alone, which need not be of the web', async () => {
    const origins = ['https://shop.example.org', 'app://shop', 'null']
    const narrow = (await appKey(app, origins, 'narrow')).key
    for (const origin of origins) {
      const answer = await sendTelemetry(app, narrow, telemetryBatch(), { origin })
      expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([202, origin])
    }
    expect((await sendTelemetry(app, narrow, telemetryBatch())).statusCode).toBe(202) // no browser
    const other = await sendTelemetry(app, narrow, telemetryBatch(), { origin: 'https://elsewhere.example' })
    expect([other.statusCode, codeOf(other)]).toEqual([403, 'FORBIDDEN'])
  })
})

test('a preflight lets pages of known origins send the key and gzip, and read when to come back', async () => {
  const only = await startedServer()
  await appKey(only, ['app://shop'])
  const preflight = (origin: string) =>
    only.inject({
      method: 'OPTIONS',
      url: '/v1/telemetry',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-encoding,content-type,homing-app-key',
      },
    })
  const allowed = await preflight('app://shop')
  expect(allowed.statusCode).toBe(204)
  expect(allowed.headers['access-control-allow-origin']).toBe('app://shop')
  expect(String(allowed.headers['access-control-allow-headers']).toLowerCase()).toBe(
    'homing-app-key, content-type, content-encoding',
  )
  expect(
    (await preflight('https://elsewhere.example')).headers['access-control-allow-origin'],
  ).toBeUndefined()
})

describe('too much', () => {
  test('of one app, or of one address, is refused until the minute ends', async () => {
    for (const [limit, what] of [
      ['telemetryPerMinute', 'app'],
      ['telemetryPerAddress', 'address'],
    ] as const) {
      const narrow = await startedServer({ limits: { [limit]: 2 } })
      const { key: own } = await appKey(narrow)
      const send = () => sendTelemetry(narrow, own, telemetryBatch(), { origin: 'https://shop.example.org' })
      expect([(await send()).statusCode, (await send()).statusCode]).toEqual([202, 202])
      const answer = await send()
      expect([answer.statusCode, codeOf(answer)]).toEqual([429, 'RATE_LIMITED'])
      expect(answer.body).toContain(what)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.headers['access-control-expose-headers']).toBe('Retry-After')
    }
  })

  test('that is not folded or not written yet is refused with a time to come back', async () => {
    for (const limit of ['telemetryBacklog', 'telemetryQueue'] as const) {
      const narrow = await startedServer({ limits: { [limit]: 1 } })
      const { key: own } = await appKey(narrow)
      const together = limit === 'telemetryQueue' ? 20 : 1
      const answers: Awaited<ReturnType<typeof sendTelemetry>>[] = []
      while (!answers.some(({ statusCode }) => statusCode === 503))
        answers.push(
          ...(await Promise.all(
            Array.from({ length: together }, () => sendTelemetry(narrow, own, telemetryBatch())),
          )),
        )
      expect(answers.some(({ statusCode }) => statusCode === 202)).toBe(true)
      const refused = answers.find(({ statusCode }) => statusCode === 503)!
      expect(codeOf(refused)).toBe('OVERLOADED')
      expect(refused.headers['retry-after']).toBe('10')
    }
  })
})
