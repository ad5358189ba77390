import { paths } from '@homing/protocol'
import { targetFileOf } from '@homing/tuf/repository'

import type { BlobStore } from '../blobs/blob-store.ts'
import type { MetadataRecord, MetadataRepository, OnlineTarget } from '../repositories/metadata-repository.ts'
import type { Release } from './sign-online.ts'

/** What becomes files, and from where older roots come. */
export interface ReleasedFiles {
  readonly release: Release
  readonly files: readonly OnlineTarget[]
  readonly metadata: MetadataRepository
}

/**
 * Writes a release in the order that leaves a whole repository at every moment: first what is named, then what names it,
 * the timestamp at last, so that a client who read the old one finds the old files and the next reads the new. Roots
 * follow, since the timestamp is signed for clients of the root before as well. One process at a time does so.
 */
export async function writeRelease(
  store: BlobStore,
  { release, files, metadata }: ReleasedFiles,
): Promise<void> {
  for (const { path, bytes } of files) await writeOnce(store, prefixed(path, bytes), bytes)
  for (const record of [...release.targets, release.snapshot]) await writeNumbered(store, record)
  const { timestamp, root } = release.head
  const present = await store.read(paths.timestamp)
  if (present === undefined || !Buffer.from(timestamp.bytes).equals(present))
    await store.write(paths.timestamp, timestamp.bytes)
  for (let version = 1; version <= root; version++) {
    const record = await metadata.find('root', version)
    if (record) await writeNumbered(store, record)
  }
}

/** Writes metadata under its numbered name, unless it is there. */
export function writeNumbered(store: BlobStore, { role, version, bytes }: MetadataRecord): Promise<void> {
  return writeOnce(store, paths.metadata(role, version), bytes)
}

/** Where a target lies in a consistent snapshot (specification 6.2). */
export function prefixed(path: string, bytes: Uint8Array): string {
  return paths.target(path, targetFileOf(bytes).hashes['sha256']!)
}

/** Files under such names never change; one of another length was damaged. */
async function writeOnce(store: BlobStore, path: string, bytes: Uint8Array): Promise<void> {
  if ((await store.size(path)) !== bytes.byteLength) await store.write(path, bytes)
}
