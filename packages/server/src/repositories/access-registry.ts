import type { ModelAccess } from '@homing/protocol'

/** A model that has a blob. */
export interface BlobOwner {
  readonly model: string
  readonly access: ModelAccess
}

/**
 * Who may read which model, and which blobs belong to which models. Every write is one statement; what it reports is
 * durable, and the next read of any process sees it.
 */
export interface AccessRegistry {
  /** `public` unless it was set. A model need not be published for it. */
  access(model: string): Promise<ModelAccess>
  setAccess(model: string, access: ModelAccess): Promise<void>
  /** Whether any model is private. */
  hasPrivate(): Promise<boolean>
  /** Adds blobs to those of `model`. */
  addFiles(model: string, sha256s: readonly string[]): Promise<void>
  /** The models that have this blob, by name. */
  owners(sha256: string): Promise<BlobOwner[]>
}
