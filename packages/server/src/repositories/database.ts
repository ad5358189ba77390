import type { Kysely } from 'kysely'

import type { TelemetryTables } from './telemetry-tables.ts'

/** Table `versions`, keyed by model and version. */
export interface VersionTable {
  model: string
  version: string
  engine: string
  manifest_sha256: string
  manifest_size: number
  /** JSON, or null when the manifest has none. */
  requirements: string | null
  published_at: string
}

/** Table `rollouts`, keyed by model. */
interface RolloutTable {
  model: string
  revision: number
  document: string
}

/** Table `model_access`, keyed by model; a model without a row is public. */
interface ModelAccessTable {
  model: string
  access: string
}

/** Table `model_files`, keyed by both columns: which models have which blobs. */
interface ModelFileTable {
  sha256: string
  model: string
}

/** Table `metadata`, keyed by role and version. */
interface MetadataTable {
  role: string
  version: number
  /** The file's bytes, which are UTF-8. */
  document: string
  /** On a timestamp: the newest root that clients may see with it. */
  root: number | null
}

/** Table `online_targets`, keyed by path. */
interface OnlineTargetTable {
  path: string
  document: string
}

/** Every table of the server. */
export interface Tables extends TelemetryTables {
  versions: VersionTable
  rollouts: RolloutTable
  metadata: MetadataTable
  online_targets: OnlineTargetTable
  model_access: ModelAccessTable
  model_files: ModelFileTable
}

/** A connection to the server's database, of any dialect. */
export type Database = Kysely<Tables>
