import { maxShardBytes, sha256Hex } from '@homing/protocol'

import type { ReadExternalData } from './external-data.ts'
import type { ExtractedParameter } from './extract-parameters.ts'
import { paddedSize } from './group-tensors.ts'
import { parameterReader } from './parameter-reader.ts'

/** One file of parameters, at most 8 MiB, named by its hash. */
export interface SplitShard {
  readonly sha256: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Makes the shards of one group, one at a time: a single one, unless its only tensor is larger than a shard. */
export async function* groupShards(
  group: readonly ExtractedParameter[],
  externalData: ReadExternalData | undefined,
): AsyncGenerator<SplitShard, void, undefined> {
  const size = group.reduce((sum, parameter) => sum + paddedSize(parameter.size), 0)
  const readers = group.map(({ source }) => parameterReader(source, externalData))
  for (let start = 0; start < size; start += maxShardBytes) {
    const bytes = new Uint8Array(Math.min(maxShardBytes, size - start))
    let offset = 0
    for (const [index, parameter] of group.entries()) {
      // A tensor larger than a shard is alone in its group, so `start` is 0 or lies within the only tensor.
      const from = Math.max(0, start - offset)
      const to = Math.min(parameter.size, start - offset + bytes.byteLength)
      if (from < to) bytes.set(await readers[index]!(from, to - from), offset + from - start)
      offset += paddedSize(parameter.size)
    }
    yield { sha256: await sha256Hex(bytes), bytes }
  }
}
