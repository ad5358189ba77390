import type { Parameters } from '@homing/protocol'

import { alignSegments, type PlacedTensor, type ShardLayout } from './align-segments.ts'
import type { Segment } from './segment.ts'

/** A shard that the base version lacks, the base version's shard that is most like it, and how the two lie. */
export interface ShardPair {
  readonly target: Parameters['shards'][number]
  readonly base: Parameters['shards'][number]
  readonly segments: readonly Segment[]
}

/** For each shard of `target` that `base` lacks the shard of `base` that holds most of the same tensors. */
export function pairShards(target: Parameters, base: Parameters): ShardPair[] {
  const held = new Set(base.shards.map(({ sha256 }) => sha256))
  const layouts = layoutsOf(base)
  const places = new Map(base.tensors.map((tensor) => [tensor.name, tensor]))
  const pairs = layoutsOf(target).flatMap((layout, index): ShardPair[] => {
    if (held.has(layout.shard.sha256) || layouts.length === 0) return []
    const shared = layouts.map(() => 0)
    for (const tensor of layout.tensors) {
      const old = places.get(tensor.name)
      if (old?.dtype !== tensor.dtype || old.size !== tensor.size) continue
      const from = old.offset + Math.max(0, -tensor.offset)
      const to = old.offset + Math.min(tensor.size, layout.size - tensor.offset)
      for (const [at, { start, size }] of layouts.entries())
        shared[at]! += Math.max(0, Math.min(to, start + size) - Math.max(from, start))
    }
    const most = Math.max(...shared)
    const best = layouts[most === 0 ? Math.min(index, layouts.length - 1) : shared.indexOf(most)]!
    return [{ target: layout.shard, base: best.shard, segments: alignSegments(layout, best) }]
  })
  return [...new Map(pairs.map((pair) => [pair.target.sha256, pair])).values()]
}

interface PlacedShard extends ShardLayout {
  readonly shard: Parameters['shards'][number]
  /** Where the shard begins in the parameter file. */
  readonly start: number
}

function layoutsOf({ shards, tensors }: Parameters): PlacedShard[] {
  const sorted = [...tensors].sort((a, b) => a.offset - b.offset)
  let start = 0
  return shards.map((shard) => {
    const end = start + shard.size
    const inside = sorted.filter(({ offset, size }) => offset < end && offset + size > start)
    const placed = inside.map((tensor): PlacedTensor => ({ ...tensor, offset: tensor.offset - start }))
    const layout = { shard, start, size: shard.size, tensors: placed }
    start = end
    return layout
  })
}
