import { compareVersions } from '@homing/protocol'

import { patchBases, patchedVersions } from '../config.ts'

/** A version that devices may get, and its parent. */
export interface PatchableVersion {
  readonly version: string
  readonly parent?: string | undefined
}

/** A version whose shards shall have patches, and the versions from which devices come to it. */
export interface WantedPatches {
  readonly version: string
  readonly bases: readonly string[]
}

/**
 * Which patches a model shall have: for what serves or is on trial, and for the newest versions, which may be next;
 * against the parent of each and the last few versions before it.
 */
export function wantedPatches(
  versions: readonly PatchableVersion[],
  serving: readonly string[],
): WantedPatches[] {
  const sorted = [...versions].sort((a, b) => compareVersions(b.version, a.version))
  const wanted = sorted.filter(({ version }, place) => place < patchedVersions || serving.includes(version))
  return wanted.flatMap(({ version, parent }) => {
    const older = sorted.filter((other) => compareVersions(other.version, version) < 0)
    const isThere = older.some((other) => other.version === parent)
    const last = older.slice(0, patchBases).map((other) => other.version)
    const bases = [...new Set(isThere && parent !== undefined ? [parent, ...last] : last)]
    return bases.length === 0 ? [] : [{ version, bases }]
  })
}
