import type { Generated } from 'kysely'

/** Table `app_keys`, keyed by id. */
export interface AppKeyTable {
  id: string
  sha256: string
  app: string
  /** JSON: origins that may send with it. */
  origins: string
  created_at: string
  revoked_at: string | null
}

/** Table `telemetry_batches`: what came, once per app and id. */
interface BatchTable {
  seq: Generated<number>
  app: string
  id: string
  /** Hour since the epoch in which it came: nothing more exact is kept. */
  hour: number
  /** The batch as gzip; null once it was folded and is too old to keep. The id stays a while longer. */
  body: Uint8Array | null
}

/** Table `telemetry_unfolded`: the batches that no rollup counts yet. */
interface UnfoldedTable {
  seq: number
}

/** Table `telemetry_rollups`, keyed by what its key spells out. */
export interface RollupTable {
  key: string
  /** Raised by every change, so that one which was made of an older state is noticed. */
  revision: number
  /** 0 until it is released; then the release that it belongs to, and it changes no more. */
  release: number
  /** Hours that it covers: 1, or 24 when it is old. */
  span: number
  /** The first of them, since the epoch. */
  hour: number
  app: string
  model: string
  version: string
  variant: string
  backend: string
  browser: string
  /** Canonical JSON of the slice. */
  slice: string
  /** How many `first` marks are in it. */
  marks: number
  batches: number
  /** JSON: the merged group. */
  body: string
}

/** Table `telemetry_releases`: what was shown together first, each of enough marks. */
interface ReleaseTable {
  id: Generated<number>
  /** JSON: what it is of. */
  document: string
}

/** Tables of telemetry. */
export interface TelemetryTables {
  app_keys: AppKeyTable
  telemetry_batches: BatchTable
  telemetry_unfolded: UnfoldedTable
  telemetry_rollups: RollupTable
  telemetry_releases: ReleaseTable
}
