import { readFile } from 'node:fs/promises'

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'

import { admin, publisher, samplePackage, startedServer, temporaryFolder } from '../test/fixture.ts'
import { createServer } from './index.ts'

test('the example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example =
    /```ts\nimport \{ createServer \} from '@homing\/server'\n([^`]*(?:`[^`\n]*`[^`]*)*)```/.exec(readme)![1]!
  const folder = await temporaryFolder()
  const AsyncFunction = (async () => undefined).constructor as new (
    ...code: string[]
  ) => (...values: unknown[]) => Promise<unknown>
  const run = new AsyncFunction('createServer', `${example.replace('./homing-data', folder)}\nreturn models`)
  expect(await run(createServer)).toEqual([])
})

test('the token of the README opens a private model', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\nimport \{ SignJWT \} from 'jose'\n(.*?)```/s.exec(readme)![1]!
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const AsyncFunction = (async () => undefined).constructor as new (
    ...code: string[]
  ) => (...values: unknown[]) => Promise<string>
  const token = await new AsyncFunction('SignJWT', 'privateKey', `${example}\nreturn token`)(
    SignJWT,
    privateKey,
  )

  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'EdDSA', kid: 'app' }] }
  const app = await startedServer({ tokens: { keys, audience: 'https://models.example.org' } })
  const access = { method: 'PUT', url: '/v1/models/digits/access', headers: admin } as const
  await app.inject({ ...access, payload: { access: 'private' } })
  const sample = samplePackage()
  await publisher(app).publish(sample)
  const url = `/repository/blobs/${sample.manifest.graph.sha256}`
  expect((await app.inject(url)).statusCode).toBe(401)
  expect((await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(200)
})
