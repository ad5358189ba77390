import type { AppKey } from '@homing/protocol'

/** A key with what proves it. */
export interface AppKeyRecord extends AppKey {
  readonly sha256: string
}

/** Keys of apps that send telemetry. Every write is one statement; what it reports is durable. */
export interface AppKeyRepository {
  /** Adds a key, whose hash is nobody else's. */
  add(record: AppKeyRecord): Promise<void>
  /** All keys, those that were revoked among them; by app, then in the order in which they were made. */
  list(): Promise<AppKeyRecord[]>
  /**
   * Revokes a key for good; one that was revoked stays so since then.
   * @returns it, or undefined where no key has that id.
   */
  revoke(id: string, at: string): Promise<AppKeyRecord | undefined>
}
