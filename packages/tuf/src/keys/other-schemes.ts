import { fromHex } from './bytes.ts'
import { ecdsaFromDer } from './ecdsa-signature.ts'
import { publicKeyOfPem } from './pem.ts'
import type { Verify } from './verify.ts'

/** The schemes of the specification (4.2) but Ed25519, by key type and scheme. */
export const otherSchemes: Readonly<Record<string, Verify>> = {
  'ecdsa ecdsa-sha2-nistp256': ecdsa('P-256', 'SHA-256', 32),
  'ecdsa ecdsa-sha2-nistp384': ecdsa('P-384', 'SHA-384', 48),
  // The key type as older repositories write it.
  'ecdsa-sha2-nistp256 ecdsa-sha2-nistp256': ecdsa('P-256', 'SHA-256', 32),
  'ecdsa-sha2-nistp384 ecdsa-sha2-nistp384': ecdsa('P-384', 'SHA-384', 48),
  'rsa rsassa-pss-sha256': rsaPss,
}

function ecdsa(namedCurve: string, hash: string, size: number): Verify {
  return async (text, signature, data) => {
    const raw = ecdsaFromDer(signature, size)
    const spki = publicKeyOfPem(text)
    const point = spki ?? fromHex(text) // older repositories write the bare point
    if (!raw || !point) return false
    const algorithm = { name: 'ECDSA', namedCurve }
    const key = await crypto.subtle.importKey(spki ? 'spki' : 'raw', point, algorithm, false, ['verify'])
    return crypto.subtle.verify({ name: 'ECDSA', hash }, key, raw, data)
  }
}

/** RSASSA-PSS with a salt as long as the digest, as the reference implementation signs, or as long as fits, as older ones did. */
async function rsaPss(
  text: string,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const spki = publicKeyOfPem(text)
  if (!spki) return false
  const digestBytes = 32
  const key = await crypto.subtle.importKey('spki', spki, { name: 'RSA-PSS', hash: 'SHA-256' }, false, [
    'verify',
  ])
  const longest = signature.byteLength - digestBytes - 2
  for (const saltLength of [digestBytes, longest])
    if (
      saltLength >= 0 &&
      (await crypto.subtle.verify({ name: 'RSA-PSS', saltLength }, key, signature, data))
    )
      return true
  return false
}
