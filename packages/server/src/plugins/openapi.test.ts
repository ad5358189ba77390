import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'

import { createServer } from '../app.ts'
import { adminToken, temporaryFolder } from '../../test/fixture.ts'

test('the document is valid OpenAPI 3.1 and covers every route', async () => {
  const app = createServer({ dataFolder: await temporaryFolder(), adminToken })
  const routes = new Set<string>()
  app.addHook('onRoute', ({ url, method, schema }) => {
    if (schema?.hide || url.includes('*')) return
    for (const name of [method].flat())
      if (name !== 'HEAD') routes.add(`${name} ${url.replace(/:(\w+)/g, '{$1}')}`)
  })
  const answer = await app.inject('/v1/openapi.json')
  await app.close()
  const document = answer.json()

  const { valid, errors } = await new Validator().validate(document)
  expect(errors, JSON.stringify(errors)).toBeUndefined()
  expect(valid).toBe(true)
  const documented = Object.entries<object>(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(routes.size).toBeGreaterThan(10)
  expect(documented.sort()).toEqual([...routes].sort())
})

test('writes need the token, and their bodies are described', async () => {
  const app = createServer({ dataFolder: await temporaryFolder(), adminToken })
  const { paths } = (await app.inject('/v1/openapi.json')).json()
  await app.close()
  const readers = [undefined, [{}, { userToken: [] }], [{ adminToken: [] }]]
  for (const [path, operations] of Object.entries<Record<string, { security?: object[] }>>(paths)) {
    for (const [method, { security }] of Object.entries(operations)) {
      if (method === 'get') expect(readers, path).toContainEqual(security)
      else expect(security, path).toEqual([path === '/v1/telemetry' ? { appKey: [] } : { adminToken: [] }])
    }
  }
  const rollout = paths['/v1/models/{model}/rollout'].put
  expect(rollout.requestBody.content['application/json'].schema.required).toEqual(['champion'])
  expect(
    rollout.responses['4XX'].content['application/json'].schema.properties.error.properties.code.enum,
  ).toContain('VERSION_UNKNOWN')
  expect(paths['/v1/blobs/{sha256}'].put.requestBody.content).toHaveProperty(['application/octet-stream'])
})
