import { createPublicKey, type KeyObject } from 'node:crypto'

import { HomingError } from '@homing/protocol'

import type { Key } from '../../metadata/key.ts'

/** The public key as metadata holds it: a bare point in hexadecimal for Ed25519, else PEM (specification 4.2). */
export function publicKeyOf(key: KeyObject): Key {
  const pem = (): { public: string } => ({ public: key.export({ format: 'pem', type: 'spki' }) as string })
  switch (key.asymmetricKeyType) {
    case 'ed25519': {
      const point = Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('hex')
      return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: point } }
    }
    case 'ec': {
      const size = curves[key.asymmetricKeyDetails?.namedCurve ?? '']
      if (size) return { keytype: 'ecdsa', scheme: `ecdsa-sha2-nistp${size}`, keyval: pem() }
      break
    }
    case 'rsa':
      if ((key.asymmetricKeyDetails?.modulusLength ?? 0) >= leastRsaBits)
        return { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: pem() }
      break
    default:
  }
  throw new HomingError(
    'KEY_INVALID',
    `Keys are Ed25519, ECDSA on P-256 or P-384, or RSA of ${leastRsaBits} bits and more`,
  )
}

/** @throws HomingError KEY_INVALID when the text is no public key in PEM, or one that cannot sign metadata. */
export function publicKeyOfPem(pem: string): Key {
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch {
    throw new HomingError('KEY_INVALID', 'A public key is not in PEM ("-----BEGIN PUBLIC KEY-----")')
  }
  return publicKeyOf(key)
}

const leastRsaBits = 2048
const curves: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384 }
