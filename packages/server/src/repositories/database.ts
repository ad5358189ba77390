import type { Kysely } from 'kysely'

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

/** Every table of the server. */
export interface Tables {
  versions: VersionTable
  rollouts: RolloutTable
}

/** A connection to the server's database, of any dialect. */
export type Database = Kysely<Tables>
