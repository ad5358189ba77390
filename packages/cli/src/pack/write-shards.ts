import type { Parameters } from '@homing/protocol'

import type { BlobWriter } from './blob-writer.ts'
import type { ParameterSource } from './parameter-source.ts'
import { planShards } from './shard-plan.ts'

/** Writes the parameter file as shards, one in memory at a time, however large the whole is. */
export async function writeShards(
  source: ParameterSource,
  write: BlobWriter,
  parent?: Parameters,
): Promise<Parameters> {
  const shards: Parameters['shards'] = []
  let start = 0
  let first = 0
  for (const size of planShards(source.size, source.tensors, parent)) {
    const bytes = new Uint8Array(size)
    const end = start + size
    for (let index = first; index < source.tensors.length; index++) {
      const tensor = source.tensors[index]!
      if (tensor.offset >= end) break
      const [from, to] = [Math.max(tensor.offset, start), Math.min(tensor.offset + tensor.size, end)]
      if (to > from) await source.read(index, bytes.subarray(from - start, to - start), from - tensor.offset)
      if (tensor.offset + tensor.size <= end) first = index + 1
    }
    shards.push(await write(bytes))
    start = end
  }
  return { path: source.path, size: source.size, shards, tensors: [...source.tensors] }
}
