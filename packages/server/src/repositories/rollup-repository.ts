/** What a rollup is of. */
export interface RollupPlace {
  /** 0 until it is released. */
  readonly release: number
  /** Hours that it covers: 1, or 24 when it is old. */
  readonly span: number
  /** The first of them, since the epoch, UTC. */
  readonly hour: number
  readonly app: string
  readonly model: string
  readonly version: string
  readonly variant: string
  readonly backend: string
  /** Family and major version: `chrome 131`. */
  readonly browser: string
  /** Canonical JSON of the slice; `{}` is none. */
  readonly slice: string
}

/** A rollup without what was merged. */
export interface RollupHead extends RollupPlace {
  readonly revision: number
  /** How many `first` marks are in it. */
  readonly marks: number
  readonly batches: number
}

/** A rollup. */
export interface Rollup extends RollupHead {
  /** JSON of the merged group. */
  readonly body: string
}

/** Which rollups are asked for; what is absent is not asked. */
export interface RollupFilter {
  readonly released?: boolean
  /** The release of this number. */
  readonly release?: number
  readonly app?: string | undefined
  readonly model?: string | undefined
  readonly version?: string | undefined
  readonly span?: number
  /** Rollups that begin at this hour or later, and before this one. */
  readonly from?: number | undefined
  readonly before?: number | undefined
}

/** A change of rollups that is made as a whole or not at all. */
export interface RollupChange {
  /** Batches that are folded by it: none of them may be folded yet. */
  readonly folds?: readonly number[]
  /** Rollups that it removes, as they were read. */
  readonly removed?: readonly RollupHead[]
  /** Rollups that it writes; each `revision` is the one that was read, 0 where there was none, and is raised by one. */
  readonly written: readonly Rollup[]
}

/** `folded`: another process folded one of the batches; `changed`: another changed one of the rollups. Nothing was done then. */
export type ChangeOutcome = 'done' | 'folded' | 'changed'

/** Rollups. What a write reports is on the disk. */
export interface RollupRepository {
  change(change: RollupChange): Promise<ChangeOutcome>
  /** The rollups of these places that there are. */
  find(places: readonly RollupPlace[]): Promise<Rollup[]>
  /** By app, model, version, hour and then the other parts of the place. */
  heads(filter: RollupFilter): Promise<RollupHead[]>
  /** How many unreleased rollups there are of `app` that begin at `hour`. */
  count(app: string, hour: number): Promise<number>
  /**
   * Makes of unreleased rollups, as they were read, one release, which changes no more.
   * @returns its number, or undefined where one of them was changed meanwhile: then nothing was done.
   */
  release(heads: readonly RollupHead[], document: object): Promise<number | undefined>
}

/** What tells a rollup from all others. */
export function rollupKey(place: RollupPlace): string {
  const { release, span, hour, app, model, version, variant, backend, browser, slice } = place
  return JSON.stringify([release, span, hour, app, model, version, variant, backend, browser, slice])
}
