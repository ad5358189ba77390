/** One measured figure, as `shared/design/bench.md` fixes it. */
export interface Row {
  readonly id: string
  readonly unit: string
  /** The figure that the target speaks of; null when it could not be measured, and the note says why. */
  readonly ours: number | null
  /** Such as `<= 1.03`, or `reported` where there is no target. */
  readonly target: string
  /** The peers' figures, by name, in the unit that the note gives. */
  readonly peers: Readonly<Record<string, number>>
  readonly samples: number
  readonly note: string
}

/** What a suite may use. */
export interface SuiteContext {
  /** Root of the repository. */
  readonly root: string
  /** An empty folder that is removed afterwards. */
  readonly scratch: string
  /** Path of the Chromium to measure in. */
  readonly browser: string
  /** Tells what the suite is doing. */
  readonly say: (text: string) => void
}

/** Measures; each suite is one file of `suites/`. */
export type Suite = (context: SuiteContext) => Promise<Row[]>

/** A row for what could not be measured: it is reported, never dropped. */
export function unmeasured(row: Pick<Row, 'id' | 'unit' | 'target'>, why: string): Row {
  return { ...row, ours: null, peers: {}, samples: 0, note: why }
}
