import { paths } from '@homing/protocol'
import { readDocument } from '@homing/tuf/repository'

import type { BlobStore } from '../blobs/blob-store.ts'
import { keptVersions, prunedAfterMs } from '../config.ts'
import type { MetadataName, MetadataRepository } from '../repositories/metadata-repository.ts'
import { visibleNow } from './visible-chain.ts'

/** Where metadata and its files are kept. */
export interface PrunedParts {
  readonly metadata: MetadataRepository
  readonly store: BlobStore
  readonly now: () => Date
}

/**
 * Deletes metadata that no client can need any more, and the rollouts and lists of patches that it alone names. Kept are
 * every root, the last few versions of each role, and whatever a snapshot names that is no longer than a day past its end:
 * a client in the middle of a refresh follows one that it has just read. What was submitted and is not visible yet is newer
 * than all that. Files go first, so that a crash leaves nothing behind that the next look does not find.
 * @returns how many versions were deleted.
 */
export async function pruneMetadata(parts: PrunedParts): Promise<number> {
  const { metadata, store } = parts
  const first = await firstKept(parts)
  if (!first) return 0
  const isOld = ({ role, version }: MetadataName): boolean => version < (first.get(role) ?? 0)
  const names = await metadata.names()
  const [old, kept] = [names.filter(isOld), names.filter((name) => !isOld(name))]
  if (old.length === 0) return 0
  const needed = new Set((await filesOf(kept, metadata)).flat())
  for (const name of old) {
    const [files = []] = await filesOf([name], metadata)
    for (const path of [
      ...files.filter((file) => !needed.has(file)),
      paths.metadata(name.role, name.version),
    ])
      await store.remove(path)
  }
  await metadata.remove(old)
  return old.length
}

/** The first version that is kept, by role; roles without one lose nothing. Undefined while nothing was published. */
async function firstKept({ metadata, now }: PrunedParts): Promise<Map<string, number> | undefined> {
  const visible = await visibleNow(metadata)
  if (!visible) return undefined
  const first = new Map<string, number>()
  const keep = (role: string, version: number): void => {
    first.set(role, Math.min(first.get(role) ?? version, version))
  }
  const names = (await metadata.names()).filter(({ role }) => role !== 'root')
  for (const [role, { version }] of await metadata.newest())
    if (role !== 'root') keep(role, version - keptVersions + 1)
  keep('snapshot', visible.snapshot.version)
  const limit = now().getTime() - prunedAfterMs
  for (const { role, version } of names) {
    const record = role === 'snapshot' && (await metadata.find(role, version))
    if (!record) continue
    const snapshot = readDocument('snapshot', record.bytes)
    if (version < visible.snapshot.version && Date.parse(snapshot.expires) < limit) continue
    keep(role, version)
    for (const [file, meta] of Object.entries(snapshot.meta)) keep(file.replace(/\.json$/, ''), meta.version)
  }
  return first
}

/** The files that the server's own documents name; what publishers list stays. */
async function filesOf(names: readonly MetadataName[], metadata: MetadataRepository): Promise<string[][]> {
  const own = names.filter(({ role }) => role === 'rollouts')
  const records = await Promise.all(own.map(({ role, version }) => metadata.find(role, version)))
  return records.map((record) => {
    const targets = record ? readDocument('targets', record.bytes, 'rollouts').targets : {}
    return Object.entries(targets).map(([path, { hashes }]) => paths.target(path, hashes['sha256']!))
  })
}
