/** What the black box of a page may hold. */
export interface BlackBoxOptions {
  /** Calls, at most; the latest stay. Default 256, at most 1,024; 0 keeps none. */
  readonly calls?: number
  /**
   * Whose inputs are kept, on the device and in a report: nobody's by default; those of calls that `failed`; those of `all`
   * calls, with their outputs. The last eight calls, and no more than 4 MiB of each.
   */
  readonly inputs?: 'none' | 'failed' | 'all'
}
