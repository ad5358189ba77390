import type { Key } from '../metadata/key.ts'

/** A key that signs; where its private half lies is its own affair. */
export interface Signer {
  readonly keyId: string
  readonly key: Key
  /** The signature as metadata holds it: raw for Ed25519, DER for ECDSA. @throws HomingError SIGNING_FAILED. */
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
}

/** Whose signatures a role needs. */
export interface Signatories {
  readonly keys: readonly Key[]
  /** How many of the keys must sign. */
  readonly threshold: number
}
