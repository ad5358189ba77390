import { blobWeight, maxBlobWeight } from './config.ts'

/**
 * A blob of `bytes` that the garbage collector notices. Chromium keeps a blob's bytes in the browser's process until its
 * handle is collected, and a handle weighs nothing: in a long download all of it stayed in memory. The buffer is never
 * touched, hence costs no memory either; but its size counts when the collector decides whether to run.
 */
export function weighedBlob(bytes: Uint8Array<ArrayBuffer>): Blob {
  void new ArrayBuffer(Math.min(bytes.byteLength * blobWeight, maxBlobWeight))
  return new Blob([bytes])
}
