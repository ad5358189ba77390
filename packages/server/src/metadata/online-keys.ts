import type { Signer } from '@homing/tuf/repository'

/** The server's own keys. A new one is at hand before a root names it, and an old one until none does. */
export interface OnlineKeys {
  /** Every key at hand, the newest first. @throws HomingError KEY_INVALID. */
  all(): Promise<[Signer, ...Signer[]]>
  /** Makes a new key. @throws HomingError REQUEST_INVALID when keys come from elsewhere. */
  renew(): Promise<Signer>
}
