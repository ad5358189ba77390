import { paths } from '@homing/protocol'

import type { BlobStore } from '../blobs/blob-store.ts'
import { statConcurrency } from '../config.ts'

/** The size of each blob in bytes; undefined for one that is not there. */
export async function sizesOf(
  store: BlobStore,
  hashes: readonly string[],
): Promise<Map<string, number | undefined>> {
  const sizes = new Map<string, number | undefined>()
  const queue = new Set(hashes).values()
  const worker = async (): Promise<void> => {
    for (const sha256 of queue) sizes.set(sha256, await store.size(paths.blob(sha256)))
  }
  await Promise.all(Array.from({ length: statConcurrency }, worker))
  return sizes
}
