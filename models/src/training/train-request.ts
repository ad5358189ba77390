/** What the command line asks for: one version of one model. */
export interface TrainRequest {
  readonly version: string
  readonly dataFolder: string
  /** Folder of the artefacts, in which a parent is also looked for. */
  readonly artifactRoot: string
  readonly report: (line: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}
