import { maxShardBytes } from '@homing/protocol'
import { expect, test } from 'vitest'

import { writeShards } from './write-shards.ts'

test('shards one after another are the parameter file, with zeros between tensors', async () => {
  const sizes = [100, 0, 2 * maxShardBytes + 1, 64, maxShardBytes - 3, 7]
  let size = 0
  const tensors = sizes.map((bytes, index) => {
    const offset = size + (index % 2) * 5
    size = offset + bytes
    return { name: `t${index}`, dtype: 'uint8', shape: [bytes], offset, size: bytes }
  })
  /** The byte at `position` of tensor `index`; never 0, which is what lies between. */
  const byteAt = (index: number, position: number): number => 1 + ((position * 31 + index * 7) % 251)
  const shards: Uint8Array[] = []
  const parameters = await writeShards(
    {
      path: 'weights.bin',
      size,
      tensors,
      read: (index, target, position) => {
        for (let i = 0; i < target.length; i++) target[i] = byteAt(index, position + i)
        return Promise.resolve()
      },
    },
    (bytes) => {
      shards.push(bytes)
      return Promise.resolve({ sha256: '0'.repeat(64), size: bytes.byteLength })
    },
  )

  expect(parameters).toMatchObject({ path: 'weights.bin', size, tensors })
  expect(parameters.shards.map((shard) => shard.size)).toEqual(shards.map((shard) => shard.byteLength))
  const expected = Buffer.alloc(size)
  for (const [index, { offset, size: bytes }] of tensors.entries()) {
    for (let i = 0; i < bytes; i++) expected[offset + i] = byteAt(index, i)
  }
  expect(Buffer.concat(shards).equals(expected)).toBe(true)
})
