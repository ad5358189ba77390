/** Bytes of a random nonce (NIST SP 800-38D §8.2.2): 2^32 seals under one key keep a chance of 2^-32 that two are equal. */
const nonceBytes = 12

/** Bytes of the tag that tells changed bytes. */
const tagBytes = 16

/** How many bytes sealing adds. */
export const sealOverhead = nonceBytes + tagBytes

/** `bytes` under AES-256-GCM: nonce, then ciphertext and tag. They open under the same `name` alone. */
export async function seal(
  key: CryptoKey,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm(nonce, name), key, bytes))
  const whole = new Uint8Array(nonceBytes + sealed.byteLength)
  whole.set(nonce)
  whole.set(sealed, nonceBytes)
  return whole
}

/** What was sealed under `name`; undefined when it was not by this key, or has changed. */
export async function unseal(
  key: CryptoKey,
  name: string,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (sealed.byteLength < sealOverhead) return undefined
  const how = algorithm(sealed.subarray(0, nonceBytes), name)
  const opened = crypto.subtle.decrypt(how, key, sealed.subarray(nonceBytes))
  return opened.then(
    (bytes) => new Uint8Array(bytes),
    () => undefined,
  )
}

function algorithm(iv: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(name), tagLength: tagBytes * 8 }
}
