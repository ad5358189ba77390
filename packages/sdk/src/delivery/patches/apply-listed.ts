import { type FileRef, HomingError, type ListedPatch } from '@homing/protocol'

import { nextTask } from '../../transport/next-task.ts'
import type { ContentStore } from '../ports.ts'

/** Bytes of a patch that are handed over at once. */
const chunkSize = 64 * 1024

/**
 * What `patch`, whose bytes are `file`, makes of the base on this device, verified. The code for it is loaded by devices
 * that hold an older version, never on a first visit.
 * @throws HomingError PATCH_INVALID, PATCH_UNSUPPORTED, INTEGRITY_FAILED, those of the store.
 */
export async function applyListed(
  patch: ListedPatch,
  file: Uint8Array,
  { sha256, size }: FileRef,
  store: ContentStore,
): Promise<Uint8Array<ArrayBuffer>> {
  const { applyPatch } = await import('@homing/deltas')
  const base = patch.base === undefined ? undefined : await store.readBlob(patch.base)
  if (patch.base !== undefined && !base)
    throw new HomingError(
      'INTEGRITY_FAILED',
      `The base ${patch.base} of a patch is not on this device any more`,
    )
  const decompressors =
    patch.codec === 'zstd' ? { zstd: (await import('@homing/deltas/zstd')).unzstd } : undefined
  return applyPatch({
    patch: chunksOf(file),
    base,
    expected: { sha256, size },
    decompressors,
    pause: nextTask,
  })
}

function* chunksOf(file: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += chunkSize) yield file.subarray(at, at + chunkSize)
}
