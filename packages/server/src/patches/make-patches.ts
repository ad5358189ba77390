import { pairShards } from '@homing/deltas'
import {
  type ListedPatch,
  type Manifest,
  type PatchedShard,
  type Patches,
  paths,
  precisionOf,
  protocolVersion,
  sha256Hex,
  withVariant,
} from '@homing/protocol'

import type { BlobStore } from '../blobs/blob-store.ts'
import { maxPatchesPerShard } from '../config.ts'
import type { AccessRegistry } from '../repositories/access-registry.ts'
import type { PatchMaker } from './patch-maker.ts'

/** Where patches are made of and kept. */
export interface PatchParts {
  readonly store: BlobStore
  readonly access: AccessRegistry
  readonly maker: PatchMaker
  readonly signal: AbortSignal
}

/** `present` and the patches of `target` against `base`, whose files are stored: of each parameter set that both have. */
export async function addPatches(
  parts: PatchParts,
  present: Patches | undefined,
  target: Manifest,
  base: Manifest,
): Promise<Patches> {
  const shards = new Map(present?.shards.map((shard) => [shard.sha256, shard]))
  const sets = [target, ...(target.variants ?? [])].flatMap((set) => {
    const before = withVariant(base, precisionOf(set))
    return before ? pairShards(set.parameters, before.parameters) : []
  })
  for (const pair of sets) {
    const shard: PatchedShard = shards.get(pair.target.sha256) ?? { ...pair.target, patches: [] }
    if (shard.patches.some((patch) => patch.base === pair.base.sha256)) continue
    const added = await storedPatch(parts, target.model, pair)
    if (!added) continue
    const patches = [...shard.patches, added].sort((a, b) => a.size - b.size).slice(0, maxPatchesPerShard)
    shards.set(shard.sha256, { ...shard, patches })
  }
  return {
    format: protocolVersion,
    model: target.model,
    version: target.version,
    bases: [...(present?.bases ?? []), base.version],
    shards: [...shards.values()],
  }
}

async function storedPatch(
  { store, access, maker, signal }: PatchParts,
  model: string,
  { target, base, segments }: ReturnType<typeof pairShards>[number],
): Promise<ListedPatch | undefined> {
  const [now, old] = [await readShard(store, target.sha256), await readShard(store, base.sha256)]
  if (!now || !old) return undefined // damaged: publishing again heals it, and patches are no reason to fail
  const patch = await maker.make({ base: old, target: now, segments }, signal)
  if (!patch) return undefined
  const { bytes, method, codec } = patch
  const sha256 = await sha256Hex(bytes)
  await access.addFiles(model, [sha256]) // first: a private model's file is never anyone else's
  await store.putBlob(sha256, [bytes], bytes.length)
  return { base: base.sha256, sha256, size: bytes.length, method, codec }
}

async function readShard(store: BlobStore, sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await store.read(paths.blob(sha256))
  const whole = bytes && new Uint8Array(bytes)
  return whole && (await sha256Hex(whole)) === sha256 ? whole : undefined
}
