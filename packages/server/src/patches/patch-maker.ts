import type { Patch, Segment } from '@homing/deltas'

/** Two shards, whose bytes are given away, and how their numbers lie. */
export interface PatchedPair {
  readonly base: Uint8Array<ArrayBuffer>
  readonly target: Uint8Array<ArrayBuffer>
  readonly segments: readonly Segment[]
}

/** Makes patches, one at a time. */
export interface PatchMaker {
  /**
   * The smallest patch file; undefined when none is smaller than the shard.
   * @throws HomingError PATCH_INVALID, and the reason of `signal` as soon as that aborts.
   */
  make(pair: PatchedPair, signal: AbortSignal): Promise<Patch | undefined>
  /** Gives back what it holds, until the next patch is made. */
  rest(): Promise<void>
}
