/** How a client gets files. */
export interface Fetcher {
  /**
   * The body at `url`, read no further than `maxBytes`; undefined when the answer says that there is none (404, 403).
   * @throws HomingError METADATA_MISMATCH when it is longer, NETWORK_FAILED, HTTP_STATUS, TIMEOUT, ABORTED.
   */
  fetch(url: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined>
}

/** Where a client keeps the metadata that it trusts, byte for byte, by role name. Each write is whole or has not happened. */
export interface MetadataStore {
  read(role: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  write(role: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>
}
