import { HomingError } from '@homing/protocol'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import * as v from 'valibot'

import { minSecretBytes } from '../config.ts'

/** What tokens are signed with; each key is good for one algorithm alone, so a public key never passes as a secret. */
export const tokenAlgorithms = ['HS256', 'EdDSA', 'ES256'] as const

/** One of them. */
type TokenAlgorithm = (typeof tokenAlgorithms)[number]

/** A key that proves tokens. */
export interface TokenKey {
  readonly algorithm: TokenAlgorithm
  readonly id: string | undefined
  readonly key: CryptoKey | Uint8Array
}

const kinds = { HS256: 'oct', EdDSA: 'OKP', ES256: 'EC' } as const satisfies Record<TokenAlgorithm, string>

const KeySetSchema = v.object({
  keys: v.pipe(
    v.array(
      v.looseObject({ alg: v.picklist(tokenAlgorithms), kty: v.string(), kid: v.optional(v.string()) }),
    ),
    v.minLength(1),
  ),
})

/**
 * The keys of a JWK set (RFC 7517 §5). Each names its `alg`; several have a `kid` each.
 * @throws HomingError CONFIG_INVALID, which never shows a key.
 */
export async function readTokenKeys(set: unknown): Promise<TokenKey[]> {
  const read = v.safeParse(KeySetSchema, set)
  if (!read.success) refuse(`need a JWK set whose keys have an "alg" of ${tokenAlgorithms.join(', ')}`)
  const { keys } = read.output
  const ids = keys.map(({ kid }) => kid)
  if (keys.length > 1 && new Set(ids.filter((id) => id !== undefined)).size < keys.length)
    refuse('have more than one key, so each needs a "kid" of its own')
  return Promise.all(keys.map((key) => readKey(key as JWK & { alg: TokenAlgorithm })))
}

async function readKey(jwk: JWK & { alg: TokenAlgorithm }): Promise<TokenKey> {
  const name = jwk.kid === undefined ? 'have a key that' : `have a key "${jwk.kid}" that`
  if (jwk.kty !== kinds[jwk.alg]) refuse(`${name} is for ${jwk.alg} but of kind ${jwk.kty}`)
  if (jwk.alg === 'HS256' && Buffer.from(jwk.k ?? '', 'base64url').byteLength < minSecretBytes)
    refuse(`${name} has fewer than ${minSecretBytes} bytes`)
  // A server that only proves tokens has no use for what makes them.
  if (jwk.d !== undefined) refuse(`${name} is private; put its public part there`)
  try {
    return { algorithm: jwk.alg, id: jwk.kid, key: await importJWK(jwk, jwk.alg) }
  } catch {
    return refuse(`${name} cannot be read`)
  }
}

function refuse(problem: string): never {
  throw new HomingError('CONFIG_INVALID', `The server cannot start: its token keys ${problem}.`)
}
