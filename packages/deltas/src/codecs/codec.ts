/** Expands a compressed stream as it comes, to `size` bytes at most. Errors of any kind say that it is malformed. */
export type Decompressor = (compressed: AsyncIterable<Uint8Array>, size: number) => AsyncIterable<Uint8Array>

/** The compressed form of `bytes`. */
export type Compressor = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>

/** Decompressors that a device has besides gzip, which is the platform's own: `unzstd` of `@homing/deltas/zstd`. */
export interface Decompressors {
  readonly zstd?: Decompressor | undefined
}

/** Compressors that a publisher has. gzip is the platform's own unless a better one is passed. */
export interface Compressors {
  readonly gzip?: Compressor | undefined
  readonly zstd?: Compressor | undefined
}
