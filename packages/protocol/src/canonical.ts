import canonicalize from 'canonicalize'

import { HomingError } from './homing-error.ts'

/**
 * The one byte sequence of a JSON value (RFC 8785): equal values have equal bytes, hence equal hashes.
 * @throws HomingError INTERNAL for what has no JSON form: NaN, infinities, bigints, functions, cycles.
 */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalText(value))
}

function canonicalText(value: unknown): string {
  let cause: unknown
  try {
    const text = canonicalize(value)
    if (text !== undefined) return text
  } catch (error) {
    cause = error
  }
  throw new HomingError('INTERNAL', 'A value without a JSON form has no canonical bytes.', { cause })
}
