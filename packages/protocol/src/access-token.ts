import * as v from 'valibot'

import { ModelNameSchema } from './names.ts'
import { parseJsonBytes } from './parse.ts'

/** A moment as JWTs tell it: seconds since 1970 (RFC 7519 §2, NumericDate). */
const NumericDateSchema = v.pipe(v.number(), v.finite(), v.minValue(0))

/**
 * The claims of a token that lets a user read private models. The claim `homing` says which, and until when; `exp` only
 * how long this token may be shown, so it should be short.
 */
export const AccessClaimsSchema = v.object({
  exp: NumericDateSchema,
  homing: v.object({ models: v.record(ModelNameSchema, NumericDateSchema) }),
})

/** The claims of a token that lets a user read private models. */
export type AccessClaims = v.InferOutput<typeof AccessClaimsSchema>

/** The claims that `token` makes, unproven; undefined when it is no such token. Only the server proves them. */
export function readAccessClaims(token: string): AccessClaims | undefined {
  const payload = token.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const characters = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0))
    const claims = v.safeParse(AccessClaimsSchema, parseJsonBytes(bytes, 'REQUEST_INVALID', 'The token'))
    return claims.success ? claims.output : undefined
  } catch {
    return undefined // an opaque token
  }
}
