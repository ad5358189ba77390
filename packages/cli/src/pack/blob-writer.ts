import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { type FileRef, paths, sha256Hex } from '@homing/protocol'

/** Writes a file under the hash of its bytes, which the caller may already know. */
export type BlobWriter = (bytes: Uint8Array<ArrayBuffer>, sha256?: string) => Promise<FileRef>

/** A writer into `folder`; equal bytes are written once. */
export function blobWriter(folder: string): BlobWriter {
  const written = new Set<string>()
  return async (bytes, known) => {
    const sha256 = known ?? (await sha256Hex(bytes))
    if (!written.has(sha256)) await writeWhole(join(folder, paths.blob(sha256)), bytes)
    written.add(sha256)
    return { sha256, size: bytes.byteLength }
  }
}

/** Writes a file so that it is never seen half written. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(partial, bytes)
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
}
