/** What came of patches in one download. */
export interface PatchReport {
  /** Shards that were made of what the device held. */
  readonly applied: number
  /** Patches that failed, or their list: what they make was fetched whole. */
  readonly failed: number
  /** Bytes that applied patches saved. */
  readonly saved: number
}
