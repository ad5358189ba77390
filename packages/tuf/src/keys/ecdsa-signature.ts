/**
 * An ECDSA signature as WebCrypto takes it, two numbers of `size` bytes each, from the DER that metadata holds
 * (RFC 3279 2.2.3); undefined when it is malformed.
 */
export function ecdsaFromDer(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const [tag, length, ...rest] = der
  if (tag !== 0x30 || length === undefined || length >= 0x80 || length !== rest.length) return undefined
  const raw = new Uint8Array(2 * size)
  let at = 2
  for (let part = 0; part < 2; part++) {
    const count = der[at + 1]
    if (der[at] !== 0x02 || count === undefined || count === 0) return undefined
    const number = der.subarray(at + 2, at + 2 + count)
    if (number.length !== count) return undefined
    const start = number.findIndex((byte) => byte !== 0)
    const digits = start === -1 ? number.subarray(0, 0) : number.subarray(start)
    if (digits.length > size) return undefined
    raw.set(digits, (part + 1) * size - digits.length)
    at += 2 + count
  }
  return at === der.length ? raw : undefined
}
