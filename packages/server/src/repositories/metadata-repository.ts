/** What one version of a role's metadata is called. */
export type MetadataName = Pick<MetadataRecord, 'role' | 'version'>

/** One version of a role's metadata: a JSON document, byte for byte as it was signed. */
export interface MetadataRecord {
  readonly role: string
  readonly version: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The timestamp that clients see, and the newest root that belongs to it; its snapshot names everything else. */
export interface Head {
  readonly timestamp: MetadataRecord
  readonly root: number
}

/** A file that the server's own key vouches for, besides rollouts: of patches, of federated versions. */
export interface OnlineTarget {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * The signed metadata of the repository: the truth from which the files under `metadata/` are made.
 *
 * A version of a role is added once and never changed. Every write is one statement, so it is whole or absent also
 * when several processes share the database. What a write reports is durable.
 */
export interface MetadataRepository {
  /** The newest version of each role, by role. */
  newest(): Promise<Map<string, MetadataRecord>>
  /** One version of a role; undefined when there is none. */
  find(role: string, version: number): Promise<MetadataRecord | undefined>
  /** What clients see; undefined while nothing was published. */
  head(): Promise<Head | undefined>
  /**
   * Adds metadata that was signed elsewhere, if the newest of its role is one version older and the revisions of all
   * rollouts still add up to `rollouts`. Clients do not see it before it is published.
   * @returns false when it is not so; nothing is changed then.
   */
  submit(record: MetadataRecord, rollouts: number): Promise<boolean>
  /**
   * Adds what the server signed and makes it what clients see, if the newest timestamp is one version older.
   * @returns false when it is not so; nothing is changed then.
   */
  publish(records: readonly MetadataRecord[], head: Head): Promise<boolean>
  /** Every version of every role that is there, by role and version. */
  names(): Promise<MetadataName[]>
  /** Deletes versions, if they are there; those that clients see are the caller's care. */
  remove(names: readonly MetadataName[]): Promise<void>
  /** Keeps a file for the server's own key to vouch for, in place of what has its path. */
  putOnlineTarget(target: OnlineTarget): Promise<void>
  /** What was kept so, by path. */
  onlineTargets(): Promise<OnlineTarget[]>
}
