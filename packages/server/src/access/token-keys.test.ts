import { HomingError } from '@homing/protocol'
import { exportJWK, generateKeyPair, generateSecret } from 'jose'
import { expect, test } from 'vitest'

import { readTokenKeys } from './token-keys.ts'

const secret = { kty: 'oct', alg: 'HS256', k: Buffer.alloc(32, 'k').toString('base64url') }

async function publicKey(alg: string): Promise<object> {
  const { publicKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(publicKey)), alg }
}

test('a set holds a secret, or public keys, of each algorithm', async () => {
  const keys = await readTokenKeys({
    keys: [
      { ...secret, kid: 'a' },
      { ...(await publicKey('EdDSA')), kid: 'b' },
      { ...(await publicKey('ES256')), kid: 'c' },
    ],
  })
  expect(keys.map(({ algorithm, id }) => [algorithm, id])).toEqual([
    ['HS256', 'a'],
    ['EdDSA', 'b'],
    ['ES256', 'c'],
  ])
  expect(await readTokenKeys({ keys: [secret] })).toHaveLength(1)
})

test('a secret out of another tool is read', async () => {
  const jwk = await exportJWK(await generateSecret('HS256', { extractable: true }))
  expect(await readTokenKeys({ keys: [{ ...jwk, alg: 'HS256' }] })).toHaveLength(1)
})

test.each([
  ['nothing', undefined],
  ['no keys', { keys: [] }],
  ['a key without alg', { keys: [{ ...secret, alg: undefined }] }],
  ['another algorithm', { keys: [{ ...secret, alg: 'RS256' }] }],
  ['no algorithm at all', { keys: [{ ...secret, alg: 'none' }] }],
  ['a short secret', { keys: [{ ...secret, k: Buffer.alloc(31, 'k').toString('base64url') }] }],
  ['an empty secret', { keys: [{ kty: 'oct', alg: 'HS256' }] }],
  ['a public key as a secret', { keys: [{ kty: 'OKP', crv: 'Ed25519', x: secret.k, alg: 'HS256' }] }],
  ['a secret as a public key', { keys: [{ ...secret, alg: 'EdDSA' }] }],
  ['a broken point', { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', alg: 'ES256' }] }],
  ['two keys without names', { keys: [secret, secret] }],
  [
    'two keys of one name',
    {
      keys: [
        { ...secret, kid: 'a' },
        { ...secret, kid: 'a' },
      ],
    },
  ],
  ['a private key', { keys: [{ kty: 'OKP', crv: 'Ed25519', x: secret.k, d: secret.k, alg: 'EdDSA' }] }],
])('%s is refused, and no key is shown', async (_what, set) => {
  const error = await readTokenKeys(set).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HomingError)
  expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
  expect(String((error as Error).stack)).not.toContain(secret.k)
})
