import { allFiles, type Manifest } from '@homing/protocol'

import { rootsOf } from './roots-of.ts'
import type { GarbageRules, ModelRecord } from './store.ts'

/** What a store holds, as far as telling garbage needs it. */
export interface Holdings {
  readonly records: readonly ModelRecord[]
  /** Manifest bytes by hash. */
  readonly manifests: ReadonlyMap<string, Uint8Array>
  /** When versions were last used, by the hash of their manifest. */
  readonly uses: ReadonlyMap<string, number>
  /** Hashes of the blobs that are there. */
  readonly blobs: ReadonlySet<string>
}

/** Hashes of what is no garbage. `blobs` is undefined when that cannot be known. */
export interface Kept {
  readonly manifests: ReadonlySet<string>
  readonly blobs: ReadonlySet<string> | undefined
}

/**
 * What to keep: what records lead to and live tabs announced, and of other versions that have served the last used
 * ones, until one does not fit the budget. A root whose manifest is missing leads nowhere; one that `parse` refuses may
 * lead anywhere, so no blob can be told to be garbage.
 */
export function keptVersions(held: Holdings, { parse, live, budget }: GarbageRules): Kept {
  const roots = new Set([...held.records.flatMap(rootsOf), ...live])
  const blobs = new Set<string>()
  let bytes = 0
  /** Bytes of the blobs that are there for this manifest, and not for one that was kept before. */
  const further = (manifest: Manifest): number =>
    allFiles(manifest)
      .filter(({ sha256 }) => held.blobs.has(sha256) && !blobs.has(sha256))
      .reduce((sum, { size }) => sum + size, 0)
  const keep = (manifest: Manifest): void => {
    bytes += further(manifest)
    for (const { sha256 } of allFiles(manifest)) blobs.add(sha256)
  }

  for (const sha256 of roots) {
    const manifest = read(held, sha256, parse)
    if (manifest === 'refused') return { manifests: roots, blobs: undefined }
    if (manifest) keep(manifest)
  }
  const kept = new Set(roots)
  for (const sha256 of lastUsedFirst(held)) {
    const manifest = kept.has(sha256) ? undefined : read(held, sha256, parse)
    if (!manifest || manifest === 'refused') continue
    if (bytes + further(manifest) > budget) break
    keep(manifest)
    kept.add(sha256)
  }
  return { manifests: kept, blobs }
}

function lastUsedFirst({ uses }: Holdings): string[] {
  return [...uses].sort(([, a], [, b]) => b - a).map(([sha256]) => sha256)
}

function read(
  { manifests }: Holdings,
  sha256: string,
  parse: GarbageRules['parse'],
): Manifest | 'refused' | undefined {
  const bytes = manifests.get(sha256)
  if (!bytes) return undefined
  try {
    return parse(bytes)
  } catch {
    return 'refused'
  }
}
