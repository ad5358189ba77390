import { expect, test } from 'vitest'

import { adminToken, temporaryFolder } from '../test/fixture.ts'
import { createServer, type ServerOptions } from './index.ts'

test.each<[string, Partial<ServerOptions>, RegExp]>([
  ['no folder', { dataFolder: '' }, /dataFolder/],
  ['a short token', { adminToken: 'short' }, /adminToken needs at least 16/],
  ['a token with a space', { adminToken: 'a token with many spaces' }, /adminToken/],
  [
    'an origin with a path',
    { writeOrigins: ['https://a.example/x'] },
    /"https:\/\/a.example\/x" is no origin/,
  ],
  ['any origin', { writeOrigins: ['*'] }, /is no origin/],
  ['a short secret', { urlSecret: 'short' }, /urlSecret needs at least 32/],
  ['tokens for anyone', { tokens: { keys: { keys: [] }, audience: '' } }, /tokens.audience/],
  ['a page without index.html', { webFolder: 'src/nowhere' }, /index.html/],
  ['a limit of none', { limits: { blobBytes: 0 } }, /limits.blobBytes/],
  ['a limit that is no number', { limits: { requestMs: NaN } }, /limits.requestMs/],
])('%s is refused', async (_what, wrong, message) => {
  const options = { dataFolder: await temporaryFolder(), adminToken, ...wrong }
  expect(() => createServer(options)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  )
})

test('keys that prove nothing keep a server from starting', async () => {
  const tokens = { keys: { keys: [] }, audience: 'us' }
  const app = createServer({ dataFolder: await temporaryFolder(), adminToken, tokens })
  await expect(app.ready()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await app.close()
})
