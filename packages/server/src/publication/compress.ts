import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

import type { BlobStore } from '../blobs/blob-store.ts'
import { bestCompressionBytes, minCompressBytes, minCompressSaving } from '../config.ts'

/**
 * Puts `<path>.br` and `<path>.gz` beside the file at `path`, which never changes, unless they are there.
 * A file that hardly shrinks gets none.
 */
export async function compress(store: BlobStore, path: string): Promise<void> {
  if ((await store.size(`${path}.gz`)) !== undefined) return
  const bytes = await store.read(path)
  if (bytes === undefined || bytes.byteLength < minCompressBytes) return
  const quality = bytes.byteLength <= bestCompressionBytes ? constants.BROTLI_MAX_QUALITY : 5
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
    promisify(gzip)(bytes),
  ])
  const worthwhile = bytes.byteLength * (1 - minCompressSaving)
  if (br.byteLength < worthwhile) await store.write(`${path}.br`, br)
  if (gz.byteLength < worthwhile) await store.write(`${path}.gz`, gz)
}
