import { createHash, randomBytes } from 'node:crypto'

const keyBytes = 24
const idDigits = 16

/** A new publishable key. It is no secret, but nobody can guess another app's. */
export function newAppKey(): string {
  return `homing_${randomBytes(keyBytes).toString('base64url')}`
}

/** What is kept of a key. */
export function appKeyHash(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** The name of a key that has this hash. */
export function appKeyId(sha256: string): string {
  return sha256.slice(0, idDigits)
}
