import { rename, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { pino } from 'pino'
import { expect, test } from 'vitest'

import { admin, startedServer, temporaryFolder } from '../../test/fixture.ts'
import { audience, sharedKey, userToken } from '../../test/tokens.ts'
import { freshTokenKeys } from './fresh-token-keys.ts'

const other = { ...sharedKey, kid: 'other', k: Buffer.alloc(32, 'other').toString('base64url') }
const setOf = (...keys: object[]): string => JSON.stringify({ keys })

async function keyFile(text: string) {
  const file = join(await temporaryFolder(), 'keys.json')
  await writeFile(file, text)
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => void lines.push(line) })
  return { file, lines, open: () => freshTokenKeys({ file, lookMs: 0, log }) }
}
const ids = (keys: readonly { readonly id: string | undefined }[]) => keys.map(({ id }) => id)

test('keys are read again once their file is another, however it was replaced', async () => {
  const { file, open } = await keyFile(setOf(sharedKey))
  const current = await open()
  expect(ids(await current())).toEqual(['shared'])
  await writeFile(file, setOf(sharedKey, other))
  expect(ids(await current())).toEqual(['shared', 'other'])
  await writeFile(`${file}.new`, setOf(other))
  await rename(`${file}.new`, file)
  expect(ids(await current())).toEqual(['other'])
  await writeFile(`${file}.linked`, setOf(sharedKey))
  await unlink(file)
  await symlink(`${file}.linked`, file)
  expect(ids(await current())).toEqual(['shared'])
})

test.each([
  ['no JSON', '{ "keys": ['],
  ['no keys', '{ "keys": [] }'],
  ['a key that is none', setOf({ ...sharedKey, k: 'short' })],
])('the keys before stay good while there is %s, which shows nobody a key', async (_what, text) => {
  const { file, lines, open } = await keyFile(setOf(sharedKey))
  const current = await open()
  await writeFile(file, text)
  expect(ids(await current())).toEqual(['shared'])
  expect(lines.join('\n')).toContain('stay good')
  expect(lines.join('\n')).not.toContain(sharedKey.k)
  await unlink(file)
  expect(ids(await current())).toEqual(['shared'])
  await writeFile(file, setOf(other))
  expect(ids(await current())).toEqual(['other'])
})

test('a server does not start without them', async () => {
  const { file, open } = await keyFile('[')
  await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await expect(startedServer({ tokens: { keys: file, audience } })).rejects.toThrow('token keys')
  await unlink(file)
  await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('a server takes tokens of keys that came while it ran', async () => {
  const { file } = await keyFile(setOf(other))
  const app = await startedServer({ tokens: { keys: file, audience, lookMs: 0 } })
  await app.inject({
    method: 'PUT',
    url: '/v1/models/digits/access',
    payload: { access: 'private' },
    headers: admin,
  })
  const read = async (): Promise<number> =>
    (
      await app.inject({
        url: '/repository/models/digits/1.0.0/manifest.json',
        headers: { authorization: `Bearer ${await userToken()}` },
      })
    ).statusCode
  expect(await read()).toBe(401)
  await writeFile(file, setOf(other, sharedKey))
  expect(await read()).toBe(404) // it may be read, and there is none
})
