import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

export const audience = 'https://models.example.org'

/** Seconds since 1970, `after` seconds from now. */
export const inSeconds = (after: number): number => Math.floor(Date.now() / 1000) + after

/** The secret of HS256 in tests. */
export const sharedSecret = Buffer.alloc(32, 'secret')

export const sharedKey = { kty: 'oct', alg: 'HS256', k: sharedSecret.toString('base64url'), kid: 'shared' }

/** Claims that let a user read `digits` for an hour. */
export const userClaims = (): JWTPayload => ({
  sub: 'user 1',
  aud: audience,
  exp: inSeconds(300),
  homing: { models: { digits: inSeconds(3600) } },
})

/** A token of HS256, as the app's own server makes it. */
export function userToken(claims: JWTPayload = userClaims(), header: object = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'shared', ...header }).sign(sharedSecret)
}

/** A key pair: the public part as the server has it, and what signs claims with the private one. */
export async function signer(alg: 'EdDSA' | 'ES256', kid: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    jwk: { ...(await exportJWK(publicKey)), alg, kid },
    sign: (claims: JWTPayload) => new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey),
  }
}
