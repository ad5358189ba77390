import canonicalize from 'canonicalize'

import { HomingError } from './homing-error.ts'

/** The one byte sequence of a JSON value (RFC 8785): equal values have equal bytes, hence equal hashes. */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  const text = canonicalize(value)
  if (text === undefined) throw new HomingError('INTERNAL', 'A value without a JSON form has no canonical bytes.')
  return new TextEncoder().encode(text)
}
