import type { Tensor } from '@homing/protocol'

/** Names outputs that were computed before: `key` says from what, by which version, on which backend. */
export interface PredictionName {
  readonly model: string
  readonly key: string
}

/** Where outputs of earlier calls are kept. What it cannot keep, or has dropped, is computed again. */
export interface PredictionMemory {
  read(name: PredictionName): Promise<Readonly<Record<string, Tensor>> | undefined>
  /** Keeps at most `entries` of a model: those that were written last. */
  write(name: PredictionName, outputs: Readonly<Record<string, Tensor>>, entries: number): Promise<void>
}

/** The files of a version's lookup, verified. */
export interface LookupFiles {
  readonly keys: Uint8Array<ArrayBuffer>
  readonly outputs: Uint8Array<ArrayBuffer>
}
