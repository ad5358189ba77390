import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * What proves that whoever has the secret lets `path` of the static layout be read until `expires` (seconds since 1970):
 * HMAC-SHA256 over both, in base64url. A CDN can check it with the same secret.
 */
export function signatureOf(secret: string, path: string, expires: number): string {
  return createHmac('sha256', secret).update(`${path}\n${expires}`).digest('base64url')
}

/** `path` with the query that lets it be read until `expires` without a token. */
export function signPath(secret: string, path: string, expires: number): string {
  return `${path}?expires=${expires}&signature=${signatureOf(secret, path, expires)}`
}

/** Whether a query proves that `path` may be read now; compared in a time that tells nothing of the right signature. */
export function provesPath(
  secret: string,
  path: string,
  query: { readonly expires: string; readonly signature: string },
  nowSeconds: number,
): boolean {
  if (!/^\d{1,15}$/.test(query.expires)) return false
  const expires = Number(query.expires)
  const expected = Buffer.from(signatureOf(secret, path, expires))
  const given = Buffer.from(query.signature)
  // Every signature has one length, so its length tells nothing.
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected) && expires > nowSeconds
}
