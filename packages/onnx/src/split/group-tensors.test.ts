import { maxShardBytes, type Parameters } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { groupTensors, paddedSize, type Sized } from './group-tensors.ts'

/** Sizes around the edges: of alignment, of a shard, and of several shards. */
const size = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: maxShardBytes / 2 - 70, max: maxShardBytes / 2 + 70 }),
  fc.integer({ min: maxShardBytes - 70, max: maxShardBytes + 70 }),
  fc.integer({ min: 2 * maxShardBytes - 70, max: 3 * maxShardBytes }),
)
const tensors = fc.uniqueArray(fc.record({ name: fc.string({ maxLength: 4 }), size }), {
  selector: ({ name }) => name,
  maxLength: 24,
})

/** The manifest that a grouping gives: enough of it to be a parent. */
function parametersOf(groups: readonly Sized[][]): Parameters {
  let offset = 0
  const placed = groups.flat().map(({ name, size: bytes }) => {
    const tensor = { name, dtype: 'uint8', shape: [bytes], offset, size: bytes }
    offset += paddedSize(bytes)
    return tensor
  })
  const shards = groups.flatMap((group) => {
    const total = group.reduce((sum, tensor) => sum + paddedSize(tensor.size), 0)
    const count = Math.ceil(total / maxShardBytes)
    return Array.from({ length: count }, (_, i) => ({
      sha256: '0'.repeat(64),
      size: Math.min(maxShardBytes, total - i * maxShardBytes),
    }))
  })
  return { path: 'parameters.bin', size: offset, shards, tensors: placed }
}

const key = (group: readonly Sized[]): string =>
  JSON.stringify(group.map(({ name, size: bytes }) => [name, bytes]))

describe('groupTensors', () => {
  test('places every tensor once, in groups of one shard or one large tensor', () => {
    fc.assert(
      fc.property(tensors, (list) => {
        const groups = groupTensors(list)
        expect(groups.flat()).toEqual(list)
        for (const group of groups) {
          const total = group.reduce((sum, tensor) => sum + paddedSize(tensor.size), 0)
          expect(group.length === 1 || total <= maxShardBytes).toBe(true)
        }
        groups.slice(1).forEach((group, i) => {
          const before = groups[i]!.reduce((sum, tensor) => sum + paddedSize(tensor.size), 0)
          expect(before + paddedSize(group[0]!.size)).toBeGreaterThan(maxShardBytes)
        })
      }),
    )
  })

  test('repeats the grouping of a parent with the same tensors, in whatever order they come', () => {
    fc.assert(
      fc.property(tensors, fc.infiniteStream(fc.nat()), (list, order) => {
        const groups = groupTensors(list)
        const shuffled = list
          .map((tensor) => ({ tensor, at: order.next().value! }))
          .sort((a, b) => a.at - b.at)
        expect(
          groupTensors(
            shuffled.map(({ tensor }) => tensor),
            parametersOf(groups),
          ),
        ).toEqual(groups)
      }),
    )
  })

  test('keeps the groups of unchanged tensors when others come, go or grow', () => {
    fc.assert(
      fc.property(tensors, tensors, (old, fresh) => {
        const parent = groupTensors(old)
        const groups = groupTensors(fresh, parametersOf(parent))
        expect(
          groups
            .flat()
            .map(({ name }) => name)
            .sort(),
        ).toEqual(fresh.map(({ name }) => name).sort())
        const sizes = new Map(fresh.map((tensor) => [tensor.name, tensor.size]))
        const untouched = parent.filter((group) =>
          group.every((tensor) => sizes.get(tensor.name) === tensor.size),
        )
        const found = new Set(groups.map(key))
        for (const group of untouched) expect(found.has(key(group))).toBe(true)
      }),
    )
  })

  test('splits a group of a parent that packed its tensors tighter', () => {
    const list = Array.from({ length: 5 }, (_, i) => ({
      name: `t${i}`,
      size: maxShardBytes / 4 - 1 + (i === 4 ? -maxShardBytes / 4 + 5 : 0),
    }))
    let offset = 0
    const placed = list.map((tensor) => ({
      ...tensor,
      dtype: 'uint8',
      shape: [tensor.size],
      offset: (offset += tensor.size) - tensor.size,
    }))
    const parent = {
      path: 'p',
      size: offset,
      shards: [{ sha256: '0'.repeat(64), size: offset }],
      tensors: placed,
    }
    expect(groupTensors(list, parent).map((group) => group.length)).toEqual([4, 1])
  })
})
