import type { Key } from '../metadata/key.ts'
import { fromHex } from './bytes.ts'
import { verifyEd25519 } from './ed25519.ts'
import type { Verify } from './verify.ts'

/**
 * Whether `signature`, in hexadecimal, is that of `key` over `data`. False also for keys and signatures that are
 * malformed, and for schemes that are not known. Rejects only where the code of a scheme cannot be fetched.
 */
export async function verifySignature(
  { keytype, scheme, keyval }: Key,
  signature: string,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const name = `${keytype} ${scheme}`
  const bytes = fromHex(signature)
  if (!bytes) return false
  const verify = await schemeOf(name)
  if (!verify) return false
  return verify(keyval.public, bytes, data).catch(() => false)
}

/** Of the schemes of the specification (4.2), what Homing itself signs with is at hand, and the others are loaded. */
async function schemeOf(name: string): Promise<Verify | undefined> {
  if (name === 'ed25519 ed25519') return verifyEd25519
  const { otherSchemes } = await import('./other-schemes.ts')
  return Object.hasOwn(otherSchemes, name) ? otherSchemes[name] : undefined
}
