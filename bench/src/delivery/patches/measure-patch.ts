import { applyPatch, makePatch, type Segment } from '@homing/deltas'
import { sha256Hex } from '@homing/protocol'

import { type PeerSizes, peerPatches } from './peer-patches.ts'

/** What a patch costs beside its peers; sizes in bytes. */
export interface MeasuredPatch {
  readonly name: string
  readonly full: number
  readonly ours: number
  readonly how: string
  readonly peers: PeerSizes
}

/** Two shards and how their numbers lie. */
export interface PatchCase {
  readonly name: string
  readonly base: Uint8Array<ArrayBuffer>
  readonly target: Uint8Array<ArrayBuffer>
  readonly segments: readonly Segment[]
}

/** Makes and applies a patch, and has the peers make theirs. */
export async function measurePatch(scratch: string, one: PatchCase): Promise<MeasuredPatch> {
  const { name, base, target } = one
  const patch = await makePatch(one)
  if (patch) {
    const expected = { sha256: await sha256Hex(target), size: target.length }
    await applyPatch({ patch: [patch.bytes], base, expected }) // throws unless it makes the target
  }
  return {
    name,
    full: target.length,
    ours: patch?.bytes.length ?? target.length,
    how: patch ? `${patch.method}, ${patch.codec}` : 'the shard itself',
    peers: await peerPatches(scratch, base, target),
  }
}
