import { expect, test } from 'vitest'

import { admin, startedServer } from '../../test/fixture.ts'

const [known, stranger] = ['https://admin.example.org', 'https://elsewhere.example.org']
const blob = `/v1/blobs/${'0'.repeat(64)}`

async function preflight(writeOrigins: string[], origin: string, method: string, url = blob) {
  const app = await startedServer({ writeOrigins })
  const headers = {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization',
  }
  return app.inject({ method: 'OPTIONS', url, headers })
}

test('any page may read, also with a tag or a range', async () => {
  const app = await startedServer()
  const answer = await app.inject({ url: '/v1/models', headers: { origin: stranger } })
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  const asked = await preflight([], stranger, 'GET', '/repository/rollouts/digits.json')
  expect(asked.statusCode).toBe(204)
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD',
  })
})

test('only pages of the origins named may write', async () => {
  const allowed = await preflight([known], known, 'PUT')
  expect(allowed.statusCode).toBe(204)
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': known,
    'access-control-allow-methods': 'PUT, POST',
    'access-control-allow-headers': 'authorization',
  })
  for (const [origins, origin] of [
    [[known], stranger],
    [[], known],
  ] as const) {
    const refused = await preflight([...origins], origin, 'PUT')
    expect(refused.headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('an answer to a write is not for strangers', async () => {
  const app = await startedServer({ writeOrigins: [known] })
  const put = (origin: string) =>
    app.inject({ method: 'PUT', url: blob, payload: 'x', headers: { ...admin, origin } })
  expect((await put(known)).headers['access-control-allow-origin']).toBe(known)
  expect((await put(stranger)).headers['access-control-allow-origin']).toBeUndefined()
})
