import type { Clock } from './stopwatch.ts'

/** What the command line asks for: one version of one model. */
export interface TrainRequest {
  readonly version: string
  readonly dataFolder: string
  /** Folder of the artefacts, in which a parent is also looked for. */
  readonly artifactRoot: string
  readonly report: (line: string) => void
  readonly clock: Clock
}
