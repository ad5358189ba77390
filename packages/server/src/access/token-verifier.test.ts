import { HomingError } from '@homing/protocol'
import { base64url, SignJWT, UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'

import { audience, inSeconds, sharedKey, signer, userClaims, userToken } from '../../test/tokens.ts'
import { readTokenKeys } from './token-keys.ts'
import { tokenVerifier, type TokenVerifier } from './token-verifier.ts'

function verifier(keys: object[] = [sharedKey], issuer?: string): TokenVerifier {
  return tokenVerifier({ keys: () => readTokenKeys({ keys }), audience, issuer, now: () => new Date() })
}

test('tokens of each algorithm give their claims', async () => {
  const [edwards, curve] = [await signer('EdDSA', 'edwards'), await signer('ES256', 'curve')]
  const verify = verifier([sharedKey, edwards.jwk, curve.jwk])
  const claims = userClaims()
  for (const token of [await userToken(claims), await edwards.sign(claims), await curve.sign(claims)])
    expect(await verify(token)).toEqual({ exp: claims.exp, homing: claims['homing'] })
})

test('an issuer counts where one is set', async () => {
  const verify = verifier([sharedKey], 'https://login.example.org')
  const issued = (iss: string) => userToken({ ...userClaims(), iss })
  expect(await verify(await issued('https://login.example.org'))).toBeDefined()
  await expect(verify(await issued('https://elsewhere.example.org'))).rejects.toThrow(/"iss"/)
  await expect(verify(await userToken())).rejects.toThrow(/"iss"/)
})

test('clocks may differ by half a minute', async () => {
  const verify = verifier()
  expect(await verify(await userToken({ ...userClaims(), exp: inSeconds(-20) }))).toBeDefined()
  expect(await verify(await userToken({ ...userClaims(), nbf: inSeconds(20) }))).toBeDefined()
})

const edwards = await signer('EdDSA', 'edwards')
const stranger = await signer('EdDSA', 'edwards')
const unsigned = base64url.encode('{"alg":"none"}')

test.each<[string, () => Promise<string> | string]>([
  ['no token', () => ''],
  ['a word', () => 'letmein'],
  ['three dots', () => '...'],
  ['a megabyte', () => 'a'.repeat(1_000_000)],
  ['alg none', () => new UnsecuredJWT(userClaims()).encode()],
  [
    'alg none with another signature',
    async () => `${unsigned}.${(await userToken()).split('.').slice(1).join('.')}`,
  ],
  [
    'another secret',
    () => new SignJWT(userClaims()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32)),
  ],
  ['another key of one name', () => stranger.sign(userClaims())],
  ['a key that is not there', () => userToken(userClaims(), { kid: 'gone' })],
  // The classic confusion: the public key's bytes as the secret of HS256.
  [
    'a public key as a secret',
    () =>
      new SignJWT(userClaims())
        .setProtectedHeader({ alg: 'HS256', kid: 'edwards' })
        .sign(base64url.decode((edwards.jwk as { x: string }).x)),
  ],
  ['HS512', () => new SignJWT(userClaims()).setProtectedHeader({ alg: 'HS512' }).sign(Buffer.alloc(64, 's'))],
  ['an expired one', () => userToken({ ...userClaims(), exp: inSeconds(-60) })],
  ['one for later', () => userToken({ ...userClaims(), nbf: inSeconds(60) })],
  ['no expiry', () => userToken({ ...userClaims(), exp: undefined! })],
  ['another audience', () => userToken({ ...userClaims(), aud: 'https://elsewhere.example.org' })],
  ['no audience', () => userToken({ ...userClaims(), aud: undefined! })],
  ['no models', () => userToken({ ...userClaims(), homing: undefined })],
  ['models without an end', () => userToken({ ...userClaims(), homing: { models: { digits: null } } })],
  [
    'a changed claim',
    async () => {
      const [head, , signature] = (await userToken()).split('.')
      return `${head}.${base64url.encode(JSON.stringify({ ...userClaims(), exp: inSeconds(9e6) }))}.${signature}`
    },
  ],
])('%s is refused, and not shown', async (_what, make) => {
  const verify = verifier([sharedKey, edwards.jwk])
  const token = await make()
  const error = await verify(token).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HomingError)
  expect(error).toMatchObject({
    code: 'UNAUTHORIZED',
    message: expect.stringMatching(/^The token is refused: /),
  })
  if (token.length > 3)
    expect(`${JSON.stringify(error)} ${String((error as Error).stack)}`).not.toContain(token)
})
