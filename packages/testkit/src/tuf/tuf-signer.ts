import { constants, createHash, generateKeyPairSync, sign as signBytes } from 'node:crypto'

import canonicalJson from '@tufjs/canonical-json'

/** A public key as metadata holds it. */
export interface TufKey {
  keytype: string
  scheme: string
  keyval: { public: string }
  [field: string]: unknown
}

/** A key that signs metadata. */
export interface TufSigner {
  readonly keyid: string
  readonly key: TufKey
  sign(data: Uint8Array): string
}

/** Kinds of keys that the specification names. */
export type TufKeyType = 'ed25519' | 'ecdsa' | 'rsa'

/** Makes a new key. */
export function tufSigner(type: TufKeyType = 'ed25519'): TufSigner {
  switch (type) {
    case 'ed25519': {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      const point = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('hex')
      return signerOf('ed25519', 'ed25519', point, (data) => signBytes(null, data, privateKey))
    }
    case 'ecdsa': {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string
      return signerOf('ecdsa', 'ecdsa-sha2-nistp256', pem, (data) => signBytes('sha256', data, privateKey))
    }
    case 'rsa': {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string
      const padding = {
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }
      return signerOf('rsa', 'rsassa-pss-sha256', pem, (data) =>
        signBytes('sha256', data, { key: privateKey, ...padding }),
      )
    }
  }
}

function signerOf(
  keytype: string,
  scheme: string,
  text: string,
  sign: (data: Uint8Array) => Buffer,
): TufSigner {
  const key = { keytype, scheme, keyval: { public: text } }
  const keyid = createHash('sha256').update(canonicalJson.canonicalize(key)).digest('hex')
  return { keyid, key, sign: (data) => sign(data).toString('hex') }
}
