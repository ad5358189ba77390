import { type AccessClaims, AccessClaimsSchema, HomingError } from '@homing/protocol'
import { errors, type JWTHeaderParameters, jwtVerify } from 'jose'
import * as v from 'valibot'

import { tokenToleranceSeconds } from '../config.ts'
import type { CurrentKeys } from './fresh-token-keys.ts'
import { tokenAlgorithms, type TokenKey } from './token-keys.ts'

/** What a token must say beside its claim `homing`. */
export interface TokenRules {
  readonly keys: CurrentKeys
  readonly audience: string
  /** Default: any. */
  readonly issuer?: string | undefined
  readonly now: () => Date
}

/** The claims of a token, once its signature, audience, issuer and times were proved. */
export type TokenVerifier = (token: string) => Promise<AccessClaims>

/** @throws (the verifier) HomingError UNAUTHORIZED, which never shows the token. */
export function tokenVerifier({ keys, audience, issuer, now }: TokenRules): TokenVerifier {
  const keyFor = async ({ alg, kid }: JWTHeaderParameters): Promise<TokenKey['key']> => {
    const fitting = (await keys()).filter(
      ({ algorithm, id }) => algorithm === alg && (kid === undefined || id === kid),
    )
    if (fitting.length !== 1) throw new errors.JWKSNoMatchingKey()
    return fitting[0]!.key
  }
  return async (token) => {
    const { payload } = await jwtVerify(token, keyFor, {
      algorithms: [...tokenAlgorithms],
      audience,
      ...(issuer === undefined ? {} : { issuer }),
      requiredClaims: ['exp'],
      clockTolerance: tokenToleranceSeconds,
      currentDate: now(),
    }).catch((error: unknown) => {
      throw new HomingError('UNAUTHORIZED', `The token is refused: ${reasonOf(error)}.`)
    })
    const claims = v.safeParse(AccessClaimsSchema, payload)
    if (claims.success) return claims.output
    throw new HomingError('UNAUTHORIZED', 'The token is refused: it has no claim "homing" as it should be.')
  }
}

/** What is wrong with a token, without a word of it. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it is expired'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim "${error.claim}" is missing or wrong`
  if (error instanceof errors.JWKSNoMatchingKey) return 'no key of this server is the one it names'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  return 'it is no JWT of HS256, EdDSA or ES256'
}
