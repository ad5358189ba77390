import { blobWeight, maxBlobWeight } from './config.ts'

/**
 * A blob of `bytes` that the garbage collector notices. Chromium keeps a blob's bytes in the browser's process until its
 * handle is collected, and a handle weighs nothing: in a long download up to ten shards stayed in memory. The buffer lives as
 * long as the handle; it is never touched, hence costs no memory, but its size counts when the collector decides whether to run.
 */
export function weighedBlob(bytes: Uint8Array<ArrayBuffer>): Blob {
  const blob = new Blob([bytes])
  try {
    return Object.assign(blob, {
      weight: new ArrayBuffer(Math.min(bytes.byteLength * blobWeight, maxBlobWeight)),
    })
  } catch {
    return blob // no such stretch of addresses is free
  }
}
