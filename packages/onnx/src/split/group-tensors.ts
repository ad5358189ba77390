import { maxShardBytes, type Parameters } from '@homing/protocol'

import { parameterAlignment } from '../config.ts'

/** What grouping needs of a tensor; names are unique. */
export interface Sized {
  readonly name: string
  /** Bytes, at least 1. */
  readonly size: number
}

/** Bytes that a tensor takes in its shard, with the zeros up to the next one. */
export function paddedSize(size: number): number {
  return Math.ceil(size / parameterAlignment) * parameterAlignment
}

/**
 * Tensors in groups: a group is one shard of whole tensors, or one tensor too large for a shard, which spans several.
 * Tensors that the parent has with the same size stay in the parent's groups and order, so that a shard of unchanged
 * tensors keeps its bytes wherever it comes to lie; the others follow, in the given order, in new groups.
 */
export function groupTensors<T extends Sized>(tensors: readonly T[], parent?: Parameters): T[][] {
  const remaining = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const kept = parentGroups(parent).map((names) =>
    names.flatMap(({ name, size }) => {
      const tensor = remaining.get(name)
      if (tensor?.size !== size) return []
      remaining.delete(name)
      return [tensor]
    }),
  )
  // Packed again because another packer may have aligned its tensors less, so that they no longer fit one shard.
  return [...kept.flatMap(packGroups), ...packGroups([...remaining.values()])]
}

/** Fills groups in order, each up to a shard's size. */
function packGroups<T extends Sized>(tensors: readonly T[]): T[][] {
  const groups: T[][] = []
  let room = 0
  for (const tensor of tensors) {
    const size = paddedSize(tensor.size)
    const group = groups.at(-1)
    if (group && size <= room) group.push(tensor)
    else groups.push([tensor])
    room = (group && size <= room ? room : maxShardBytes) - size
  }
  return groups
}

/** The parent's tensors by the shard in which they begin. A tensor that spans several shards begins alone in its first. */
function parentGroups(parent: Parameters | undefined): Sized[][] {
  if (!parent) return []
  const groups: Sized[][] = []
  const ends = shardEnds(parent)
  let shard = 0
  let current: Sized[] | undefined
  for (const tensor of [...parent.tensors].sort((a, b) => a.offset - b.offset)) {
    while (shard < ends.length && tensor.offset >= ends[shard]!) {
      shard += 1
      current = undefined
    }
    if (current) current.push(tensor)
    else groups.push((current = [tensor]))
  }
  return groups
}

function shardEnds({ shards }: Parameters): number[] {
  let end = 0
  return shards.map(({ size }) => (end += size))
}
