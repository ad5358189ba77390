/** The object identifier of RSA keys and its empty parameters, in DER (RFC 3279 2.3.1). */
const rsaAlgorithm = [
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
]

/**
 * The SubjectPublicKeyInfo in a PEM text (RFC 7468), also where the text holds a bare RSA key (PKCS #1); undefined
 * when it is neither.
 */
export function publicKeyOfPem(pem: string): Uint8Array<ArrayBuffer> | undefined {
  const match = /-----BEGIN ((?:RSA )?PUBLIC KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(pem)
  if (!match) return undefined
  const der = fromBase64(match[2]!.replace(/\s/g, ''))
  if (!der || match[1] === 'PUBLIC KEY') return der
  return sequence(0x30, [...rsaAlgorithm, ...sequence(0x03, [0, ...der])])
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** A DER value of this tag. */
function sequence(tag: number, content: readonly number[]): Uint8Array<ArrayBuffer> {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.from([tag, ...size, ...content])
}
