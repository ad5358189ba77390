/** The files of a version's probes, verified. */
export interface ProbeFiles {
  readonly inputs: Uint8Array<ArrayBuffer>
  readonly outputs: Uint8Array<ArrayBuffer>
}

/** What probes have found of a backend that passed. */
export interface ProbeReport {
  readonly cases: number
  /** Greatest distance of an element from what is wanted, as a share of what the tolerance allows. */
  readonly deviation: number
  /** Milliseconds that they took. */
  readonly duration: number
}

/** Which probe is run on what serves. */
export interface ReprobeRequest {
  readonly model: string
  readonly instance: number
  /** Counts on; a probe is chosen by the remainder. */
  readonly index: number
  readonly whenIdle: boolean
}
