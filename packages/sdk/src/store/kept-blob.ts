import { HomingError } from '@homing/protocol'

import { weighedBlob } from './weighed-blob.ts'

/**
 * A file as IndexedDB keeps it: a blob, which is read two to three times as fast, or the plain bytes where the browser keeps
 * no blobs (WebKit without a disk: private windows of Safari, webviews without a data folder).
 */
export type KeptBlob = Blob | ArrayBuffer

/** Its size, without reading it. */
export const keptSize = (kept: KeptBlob): number => (kept instanceof Blob ? kept.size : kept.byteLength)

/** Its bytes. Rejects where the browser has lost the file behind a blob. */
export async function keptBytes(kept: KeptBlob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(kept instanceof Blob ? await kept.arrayBuffer() : kept)
}

/** Puts files through `put` as blobs, and as plain bytes from the first that the browser takes in no other way. */
export function blobKeeper(): (
  bytes: Uint8Array<ArrayBuffer>,
  put: (kept: KeptBlob) => Promise<void>,
) => Promise<void> {
  let plain = false
  return async (bytes, put) => {
    if (!plain) {
      try {
        return await put(weighedBlob(bytes))
      } catch (error) {
        if (!refusesBlobs(error)) throw error
      }
    }
    await put(bytes.slice().buffer)
    plain = true
  }
}

/** `UnknownError` in the request is all that WebKit says; earlier ones could not clone the blob. */
function refusesBlobs(error: unknown): boolean {
  const cause = error instanceof HomingError ? error.cause : undefined
  return cause instanceof DOMException && (cause.name === 'UnknownError' || cause.name === 'DataCloneError')
}
