import { allFiles, type Manifest } from '@homing/protocol'

import type { ModelRecord } from './store.ts'

/** Hashes of what the model records lead to. `blobs` is undefined when that cannot be known. */
export interface Reachable {
  readonly manifests: ReadonlySet<string>
  readonly blobs: ReadonlySet<string> | undefined
}

/** Hashes of the manifests that a record leads to. */
export function manifestsOf(record: ModelRecord): string[] {
  return [record.active, record.lastGood, record.staged, record.downloading].flatMap((installed) =>
    installed ? [installed.manifestSha256] : [],
  )
}

/**
 * What `records` lead to through `manifests` (by hash). A manifest that is missing leads nowhere; one that `parse`
 * refuses may lead anywhere, so no blob can be told to be garbage.
 */
export function reachable(
  records: readonly ModelRecord[],
  manifests: ReadonlyMap<string, Uint8Array>,
  parse: (bytes: Uint8Array) => Manifest,
): Reachable {
  const wanted = new Set(records.flatMap(manifestsOf))
  const blobs = new Set<string>()
  for (const sha256 of wanted) {
    const bytes = manifests.get(sha256)
    if (!bytes) continue
    try {
      for (const { sha256 } of allFiles(parse(bytes))) blobs.add(sha256)
    } catch {
      return { manifests: wanted, blobs: undefined }
    }
  }
  return { manifests: wanted, blobs }
}
