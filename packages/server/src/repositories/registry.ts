import type { Engine, FileRef, Requirements } from '@homing/protocol'

/** One published version. It never changes. */
export interface VersionRecord {
  readonly model: string
  readonly version: string
  readonly engine: Engine
  readonly manifest: FileRef
  readonly requirements?: Requirements
  /** ISO 8601, UTC. */
  readonly publishedAt: string
}

/** The present rollout of a model: `document` is the text of `rollouts/<model>.json`, byte for byte. */
export interface RolloutRecord {
  readonly model: string
  readonly revision: number
  readonly document: string
}

/**
 * What is published, and which version is rolled out. The truth: files under `models/` and `rollouts/` are made from it.
 *
 * Every write is one statement, so it is whole or absent also when several processes share the database, and no
 * transaction is held across an await. What a write reports is durable.
 */
export interface Registry {
  /**
   * Adds `record` unless its version exists.
   * @returns what is stored under that model and version: `record`, or the one that was there first.
   */
  addVersion(record: VersionRecord): Promise<{ added: boolean; stored: VersionRecord }>
  /** Versions of `model`, or of all models; ordered by model, then newest first. */
  versions(model?: string): Promise<VersionRecord[]>
  /** Rollouts of `model`, or of all models; ordered by model. */
  rollouts(model?: string): Promise<RolloutRecord[]>
  /**
   * Makes `record` the model's rollout if the present one has revision `record.revision - 1` (none: 0), and the newest
   * metadata of publisher is still version `publisher` (none: 0), so that no version is rolled out that was just taken off.
   * @returns false when it is not so; nothing is changed then.
   */
  advanceRollout(record: RolloutRecord, publisher: number): Promise<boolean>
  /** Resolves when the database answers. */
  check(): Promise<void>
  /** Ends the connection. Idempotent. */
  close(): Promise<void>
}
