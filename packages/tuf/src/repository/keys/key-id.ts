import { createHash } from 'node:crypto'

import canonicalJson from '@tufjs/canonical-json'

import type { Key } from '../../metadata/key.ts'

/** The id that a new key gets: the SHA-256 of its canonical form, as the reference implementation computes it. */
export function keyIdOf({ keytype, scheme, keyval }: Key): string {
  const text = canonicalJson.canonicalize({ keytype, scheme, keyval: { public: keyval.public } })
  return createHash('sha256').update(text).digest('hex')
}
