import { HomingError } from '@homing/protocol'

import { toHex } from '../keys/bytes.ts'

/** What another role says of a file. */
export interface ExpectedFile {
  readonly length?: number | undefined
  readonly hashes?: Readonly<Record<string, string>> | undefined
}

/** Digests that WebCrypto computes, by the names that metadata gives them. */
const algorithms: Readonly<Record<string, string>> = {
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

/**
 * Requires that `bytes` have the length and every known digest that is given (specification 5.5.2, 5.6.2, 5.7.2).
 * @throws HomingError METADATA_MISMATCH, also when no digest is of a known algorithm.
 */
export async function requireFile(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  { length, hashes }: ExpectedFile,
): Promise<void> {
  if (length !== undefined && bytes.byteLength !== length)
    throw mismatch(name, `has ${bytes.byteLength} bytes instead of ${length}`)
  if (!hashes) return
  const known = Object.entries(hashes).filter(([algorithm]) => Object.hasOwn(algorithms, algorithm))
  if (known.length === 0) throw mismatch(name, `has digests of ${Object.keys(hashes).join(', ')} alone`)
  for (const [algorithm, expected] of known) {
    const digest = new Uint8Array(await crypto.subtle.digest(algorithms[algorithm]!, bytes))
    if (toHex(digest) !== expected) throw mismatch(name, `does not have the ${algorithm} that it should`)
  }
}

/** METADATA_MISMATCH: a file is not the one that another role names. */
export function mismatch(name: string, problem: string): HomingError {
  return new HomingError('METADATA_MISMATCH', `${name} ${problem}`, { details: { role: name } })
}
