/** A batch as it came. */
export interface NewBatch {
  readonly app: string
  /** Names it within its app. */
  readonly id: string
  /** Hour since the epoch in which it came. */
  readonly hour: number
  /** Itself as gzip. */
  readonly body: Uint8Array
}

/** A batch as it is kept. */
export interface StoredBatch extends NewBatch {
  /** Its place in the order in which batches came. */
  readonly seq: number
}

/** Batches as they came, each once. What a write reports is on the disk. */
export interface BatchRepository {
  /**
   * Adds those that are new, in one transaction, and marks them as not folded.
   * @returns for each its number, or undefined where its app sent one with its id before, or earlier in the same list.
   */
  add(batches: readonly NewBatch[]): Promise<(number | undefined)[]>
  /** The numbers above `after` of batches that are not folded, ascending, at most `limit`. */
  unfolded(after: number, limit: number): Promise<number[]>
  /** How many are not folded. */
  backlog(): Promise<number>
  /** Those of `seqs` that are not folded. */
  read(seqs: readonly number[]): Promise<StoredBatch[]>
  /**
   * Erases up to `limit` bodies of batches that came before `hour` and are folded; that they came stays known.
   * @returns how many it erased.
   */
  eraseBodies(hour: number, limit: number): Promise<number>
  /**
   * Forgets up to `limit` batches that came before `hour` and are folded: sent again, they would count again.
   * @returns how many it forgot.
   */
  forget(hour: number, limit: number): Promise<number>
}
