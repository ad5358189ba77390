import { readFile } from 'node:fs/promises'

import { HomingError } from '@homing/protocol'
import { expect, test } from 'vitest'

import { defaultLifetimes, defaultLimits } from './config.ts'
import { readSettings } from './read-settings.ts'
import { type Setting, settings } from './settings.ts'

const token = { HOMING_ADMIN_TOKEN: 'a-token-for-tests-only' }

test('a token is all that must be set', () => {
  expect(readSettings([], token)).toEqual({
    host: '127.0.0.1',
    port: 8400,
    closeMs: 30_000,
    logLevel: 'info',
    dev: false,
    server: {
      dataFolder: 'homing-data',
      adminToken: 'a-token-for-tests-only',
      writeOrigins: [],
      lifetimes: defaultLifetimes,
      cohort: { days: 1 },
      limits: defaultLimits,
    },
  })
})

test('a flag wins over the environment, and an empty variable is unset', () => {
  const environment = {
    ...token,
    HOMING_PORT: '1',
    HOMING_HOST: '',
    HOMING_ORIGINS: 'https://a.example, https://b.example',
    HOMING_WEB: 'dist',
  }
  const { port, host, server } = readSettings(['--port', '2', '--data=elsewhere'], environment)
  expect([port, host]).toEqual([2, '127.0.0.1'])
  expect(server).toMatchObject({
    dataFolder: 'elsewhere',
    webFolder: 'dist',
    writeOrigins: ['https://a.example', 'https://b.example'],
  })
})

test('keys of tokens come from a file', () => {
  const environment = { ...token, HOMING_TOKEN_AUDIENCE: 'us', HOMING_URL_SECRET: 'a secret' }
  const { server } = readSettings(['--token-keys', 'package.json', '--token-issuer=them'], environment)
  expect(server).toMatchObject({ tokens: { audience: 'us', issuer: 'them' }, urlSecret: 'a secret' })
  expect(server.tokens?.keys).toBe('package.json') // read, and read again, by the server
})

test('development needs no token', () => {
  expect(readSettings([], { HOMING_DEV: '1' })).toMatchObject({ dev: true, server: { cohort: { marks: 1 } } })
  expect(readSettings(['--cohort', '9'], { HOMING_DEV: '1' }).server.cohort).toEqual({ marks: 9, days: 1 })
})

test.each([
  [[], {}, /HOMING_ADMIN_TOKEN is missing/],
  [[], { ...token, HOMING_PORT: '80a' }, /HOMING_PORT \(or --port\) is "80a", not a whole number/],
  [[], { ...token, HOMING_PORT: '65536' }, /HOMING_PORT/],
  [[], { ...token, HOMING_PORT: '-1' }, /HOMING_PORT/],
  [['--port', ''], token, /HOMING_PORT/],
  [[], { ...token, HOMING_LOG_LEVEL: 'loud' }, /HOMING_LOG_LEVEL.*not one of fatal/],
  [[], { ...token, HOMING_DEV: 'yes' }, /HOMING_DEV/],
  [[], { ...token, HOMING_MAX_BLOB_BYTES: '0' }, /HOMING_MAX_BLOB_BYTES/],
  [['--prot', '1'], token, /--prot/],
  [['--admin-token', 'x'], token, /--admin-token/],
  [['stray'], token, /stray/],
  [[], { ...token, HOMING_TOKEN_KEYS: 'package.json' }, /HOMING_TOKEN_AUDIENCE.*is missing/],
  [[], { ...token, HOMING_TOKEN_AUDIENCE: 'us' }, /HOMING_TOKEN_KEYS.*is missing/],
  [['--url-secret', 'x'], token, /--url-secret/],
])('%j and %j are refused', (args, environment, message) => {
  const read = () => readSettings(args, environment)
  expect(read).toThrow(HomingError)
  expect(read).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  )
})

test('the README shows every setting as it is', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const rows = readme.split('\n').filter((line) => line.startsWith('| `HOMING_'))
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const expected = Object.entries<Setting>(settings).map(([name, { flag, fallback, help }]) => [
    `\`${name}\``,
    flag === undefined ? '' : `\`--${flag}\``,
    fallback === undefined ? '' : `\`${fallback}\``,
    help,
  ])
  expect(cells).toEqual(expected)
})
