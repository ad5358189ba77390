import { PassThrough } from 'node:stream'

import { expect, test } from 'vitest'

import { admin, adminToken, publisher, samplePackage, startedServer } from '../test/fixture.ts'
import { serverLogger } from './server-logger.ts'

function memoryLog() {
  const stream = new PassThrough()
  const logger = serverLogger('trace', stream)
  const text = () => String(stream.read() ?? '')
  return { logger, text }
}

test('one line per answer: what was asked and how it went, without client, query or token', async () => {
  const { logger, text } = memoryLog()
  const app = await startedServer({ logger })
  await app.listen({ port: 0 })
  const { port } = app.server.address() as { port: number }
  text()
  await fetch(`http://127.0.0.1:${port}/v1/models?key=${adminToken}`, { headers: admin })
  await publisher(app).publish(samplePackage())
  await app.inject({
    method: 'PUT',
    url: `/v1/blobs/${'0'.repeat(64)}`,
    payload: 'x',
    headers: { authorization: 'Bearer wrong-token' },
  })
  const log = text()
  expect(log).not.toMatch(/127\.0\.0\.1|::1|remote/)
  expect(log).not.toContain(adminToken)
  expect(log).not.toContain('wrong-token')
  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines[0]).toMatchObject({
    method: 'GET',
    path: '/v1/models',
    status: 200,
    msg: 'answered',
    requestId: expect.any(String),
    ms: expect.any(Number),
  })
  expect(lines.at(-1)).toMatchObject({ method: 'PUT', status: 401 })
})

test('an address that cannot be read is logged without its query, which may be a signature', async () => {
  const { logger, text } = memoryLog()
  const app = await startedServer({ logger })
  text()
  for (const path of ['blobs/%zz', `blobs/${'a'.repeat(500)}`, 'nothing', 'blobs/0']) {
    const { body } = await app.inject(`/repository/${path}?expires=9999999999&signature=of-a-private-file`)
    expect(body).not.toContain('of-a-private-file')
  }
  const log = text()
  expect(log).toContain('request refused')
  expect(log).not.toContain('of-a-private-file')
})

test('a request or headers logged by whoever lose address and token', () => {
  const { logger, text } = memoryLog()
  const raw = {
    method: 'GET',
    url: '/x?secret=1',
    headers: admin,
    socket: { remoteAddress: '10.0.0.1' },
    ip: '10.0.0.1',
  }
  logger.info({ req: raw })
  logger.info({ headers: { ...admin } })
  logger.info({ request: { headers: { ...admin } } })
  const log = text()
  expect(log).not.toMatch(/10\.0\.0\.1|secret/)
  expect(log).not.toContain(adminToken)
})
