import { createPublicKey, generateKeyPairSync, sign, constants } from 'node:crypto'

import { tufSigner } from '@homing/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { ecdsaFromDer } from './ecdsa-signature.ts'
import { verifySignature } from './verify-signature.ts'

const data = new TextEncoder().encode('signed')
const other = new TextEncoder().encode('changed')

describe('verifySignature', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('tells right from wrong: %s', async (type) => {
    const [mine, theirs] = [tufSigner(type), tufSigner(type)]
    const signature = mine.sign(data)
    expect(await verifySignature(mine.key, signature, data)).toBe(true)
    expect(await verifySignature(mine.key, signature, other)).toBe(false)
    expect(await verifySignature(theirs.key, signature, data)).toBe(false)
  })

  it('reads signatures of ECDSA whose numbers are short or begin with a sign', async () => {
    const { key, sign } = tufSigner('ecdsa')
    for (let round = 0; round < 64; round++) expect(await verifySignature(key, sign(data), data)).toBe(true)
  })

  it('takes RSA keys in PKCS #1, and the longest salt', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ format: 'pem', type: 'pkcs1' }) as string
    const key = { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: pem } }
    const padding = constants.RSA_PKCS1_PSS_PADDING
    const saltLength = constants.RSA_PSS_SALTLEN_MAX_SIGN
    const signature = sign('sha256', data, { key: privateKey, padding, saltLength }).toString('hex')
    expect(await verifySignature(key, signature, data)).toBe(true)
  })

  it('takes ECDSA keys that older repositories write as a bare point under another type', async () => {
    const { key, sign } = tufSigner('ecdsa')
    const { x, y } = createPublicKey(key.keyval.public).export({ format: 'jwk' })
    const point = `04${[x!, y!].map((part) => Buffer.from(part, 'base64url').toString('hex')).join('')}`
    const old = { ...key, keytype: 'ecdsa-sha2-nistp256', keyval: { public: point } }
    expect(await verifySignature(old, sign(data), data)).toBe(true)
  })

  it.each([
    { keytype: 'sphincs', scheme: 'sphincs' },
    { keytype: 'constructor', scheme: 'x' },
    { keytype: 'ed25519', scheme: 'ecdsa-sha2-nistp256' },
    { keyval: { public: 'no hexadecimal' } },
    { keyval: { public: 'ab' } },
    { keyval: { public: '' } },
  ])('verifies nothing by %j', async (fields) => {
    const { key, sign } = tufSigner()
    expect(await verifySignature({ ...key, ...fields }, sign(data), data)).toBe(false)
  })

  it('never rejects, whatever the key and the signature', async () => {
    const signers = (['ed25519', 'ecdsa', 'rsa'] as const).map((type) => tufSigner(type))
    const texts = fc.oneof(
      fc.string(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('hex')),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signers), texts, texts, async ({ key }, text, signature) => {
        expect(await verifySignature({ ...key, keyval: { public: text } }, signature, data)).toBe(false)
        expect(await verifySignature(key, signature, data)).toBe(false)
      }),
    )
  })
})

describe('ecdsaFromDer', () => {
  it('gives undefined for what is no signature', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const raw = ecdsaFromDer(bytes, 32)
        expect(raw === undefined || raw.length === 64).toBe(true)
      }),
    )
    for (const bytes of [
      [],
      [0x30],
      [0x30, 0],
      [0x30, 2, 2, 0],
      [0x30, 4, 2, 1, 1, 2],
      [0x30, 6, 2, 1, 1, 2, 9, 1],
    ])
      expect(ecdsaFromDer(Uint8Array.from(bytes), 32)).toBeUndefined()
  })
})
