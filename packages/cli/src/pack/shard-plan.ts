import { maxShardBytes, type Parameters, type ParameterTensor } from '@homing/protocol'

/** Sizes of the shards, one after another. Every cut but those inside a large tensor lies where a tensor begins. */
export type ShardPlan = readonly number[]

interface Placed {
  readonly start: number
  readonly size: number
  /** Tensors of one group lay in one shard of the parent; undefined: the parent does not have the tensor. */
  readonly group: number | undefined
}

/**
 * Cuts the parameter file into shards of at most `limit` bytes. Tensors that shared a shard of `parent` share one
 * again, so that a shard changes only where its tensors do, also when others come, go or grow.
 */
export function planShards(
  size: number,
  tensors: readonly ParameterTensor[],
  parent?: Parameters,
  limit = maxShardBytes,
): ShardPlan {
  const groups = parent ? groupsOf(parent) : new Map<string, number>()
  const placed = tensors
    .filter((tensor) => tensor.size > 0)
    .map((tensor): Placed => ({ start: tensor.offset, size: tensor.size, group: groups.get(keyOf(tensor)) }))
  const cuts = [0]
  let open = 0
  for (const [index, { start, group }] of placed.entries()) {
    const end = placed[index + 1]?.start ?? size
    const previous = placed[index - 1]
    const apart = previous !== undefined && previous.group !== group
    if (start > open && (apart || end - open > limit)) cuts.push((open = start))
    // A tensor larger than a shard begins one of its own and spans several.
    while (end - open > limit) cuts.push((open += limit))
    const spanned = open > start
    if (spanned && end > open && index + 1 < placed.length) cuts.push((open = end))
  }
  if (size === 0) return []
  return cuts.map((cut, index) => (cuts[index + 1] ?? size) - cut)
}

/** Name and size: a tensor that grew is another tensor to its shard. */
function keyOf({ name, size }: ParameterTensor): string {
  return `${size} ${name}`
}

/** For each tensor of the parent, the shard that it begins in. */
function groupsOf({ shards, tensors }: Parameters): Map<string, number> {
  const groups = new Map<string, number>()
  const ends: number[] = []
  let end = 0
  for (const shard of shards) ends.push((end += shard.size))
  let shard = 0
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset)) {
    while (shard < ends.length - 1 && tensor.offset >= ends[shard]!) shard++
    groups.set(keyOf(tensor), shard)
  }
  return groups
}
