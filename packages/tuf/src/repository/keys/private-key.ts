import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'

import { HomingError } from '@homing/protocol'

import type { Signer } from '../signer.ts'
import { keyIdOf } from './key-id.ts'
import { publicKeyOf } from './public-key.ts'

/** Kinds of keys. Ed25519 unless a key store offers another alone. */
export type KeyType = 'ed25519' | 'ecdsa' | 'rsa'

/** A new private key in PEM (PKCS #8). */
export function generatePrivateKey(type: KeyType = 'ed25519'): string {
  return pairOf(type).export({ format: 'pem', type: 'pkcs8' }) as string
}

/**
 * A signer over a private key in PEM.
 * @throws HomingError KEY_INVALID, whose message and cause hold nothing of the text.
 */
export function signerOfPem(pem: string): Signer {
  const privateKey = readPrivateKey(pem)
  const key = publicKeyOf(createPublicKey(privateKey))
  return {
    keyId: keyIdOf(key),
    key,
    sign: (bytes) => Promise.resolve(new Uint8Array(signed(key.scheme, privateKey, bytes))),
  }
}

function pairOf(type: KeyType): KeyObject {
  switch (type) {
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey
  }
}

function readPrivateKey(pem: string): KeyObject {
  if (/BEGIN ENCRYPTED PRIVATE KEY/.test(pem))
    throw new HomingError(
      'KEY_INVALID',
      'The private key is encrypted. Let a command that knows the passphrase sign instead.',
    )
  try {
    return createPrivateKey(pem)
  } catch {
    throw new HomingError('KEY_INVALID', 'A private key is not in PEM ("-----BEGIN PRIVATE KEY-----")')
  }
}

function signed(scheme: string, key: KeyObject, bytes: Uint8Array): Buffer {
  if (scheme === 'ed25519') return sign(null, bytes, key)
  if (scheme === 'rsassa-pss-sha256') {
    const padding = constants.RSA_PKCS1_PSS_PADDING
    return sign('sha256', bytes, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
  }
  return sign(scheme.endsWith('384') ? 'sha384' : 'sha256', bytes, key)
}
