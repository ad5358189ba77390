import { fromHex } from './bytes.ts'

/** Verifies Ed25519 (RFC 8032) with WebCrypto, and with @noble/curves in browsers whose WebCrypto lacks it. */
export async function verifyEd25519(
  publicKey: string,
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const raw = fromHex(publicKey)
  if (!raw) return false
  const key = await imported(raw)
  if (key) return crypto.subtle.verify('Ed25519', key, signature, data)
  const { ed25519 } = await import('@noble/curves/ed25519.js')
  return ed25519.verify(signature, data, raw)
}

type PublicKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

async function imported(raw: Uint8Array<ArrayBuffer>): Promise<PublicKey | undefined> {
  try {
    return await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify'])
  } catch (error) {
    if (error instanceof Error && error.name === 'NotSupportedError') return undefined
    throw error
  }
}
