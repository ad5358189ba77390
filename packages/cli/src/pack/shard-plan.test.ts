import type { Parameters, ParameterTensor } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { planShards } from './shard-plan.ts'

const limit = 1000

/** Tensors one after another at multiples of 64, as in the parameter file of an ONNX graph. */
function layOut(sizes: readonly (readonly [string, number])[]): { size: number; tensors: ParameterTensor[] } {
  let size = 0
  const tensors = sizes.map(([name, bytes]) => {
    const offset = Math.ceil(size / 64) * 64
    size = offset + bytes
    return { name, dtype: 'uint8', shape: [bytes], offset, size: bytes }
  })
  return { size, tensors }
}

function parentOf(sizes: readonly (readonly [string, number])[]): Parameters {
  const { size, tensors } = layOut(sizes)
  const shards = planShards(size, tensors, undefined, limit).map((bytes) => ({
    sha256: '0'.repeat(64),
    size: bytes,
  }))
  return { path: 'p', size, tensors, shards }
}

const plan = (sizes: readonly (readonly [string, number])[], parent?: Parameters): readonly number[] => {
  const { size, tensors } = layOut(sizes)
  return planShards(size, tensors, parent, limit)
}

/** Names of the tensors that begin in each shard. */
function grouped(sizes: readonly (readonly [string, number])[], shards: readonly number[]): string[][] {
  const { tensors } = layOut(sizes)
  let start = 0
  return shards.map((size) => {
    const inside = tensors
      .filter(({ offset }) => offset >= start && offset < start + size)
      .map(({ name }) => name)
    start += size
    return inside
  })
}

describe('without a parent', () => {
  test('tensors fill shards in their order', () => {
    const sizes = [
      ['a', 500],
      ['b', 400],
      ['c', 200],
    ] as const
    expect(grouped(sizes, plan(sizes))).toEqual([['a', 'b'], ['c']])
  })

  test('a large tensor spans shards of its own', () => {
    const sizes = [
      ['a', 10],
      ['big', 2500],
      ['b', 10],
    ] as const
    expect(plan(sizes)).toEqual([64, 1000, 1000, 560, 10])
  })

  test('nothing has no shards', () => {
    expect(planShards(0, [])).toEqual([])
    expect(plan([['empty', 0]])).toEqual([])
  })

  test('shards are whole, bounded, and cut where tensors begin', () => {
    const tensor = fc.tuple(fc.integer({ min: 0, max: 3000 }))
    fc.assert(
      fc.property(fc.array(tensor, { maxLength: 30 }), (list) => {
        const sizes = list.map(([size], index) => [`t${index}`, size] as const)
        const { size, tensors } = layOut(sizes)
        const shards = plan(sizes)
        expect(shards.reduce((sum, shard) => sum + shard, 0)).toBe(size)
        let start = 0
        for (const shard of shards) {
          expect(shard).toBeGreaterThan(0)
          expect(shard).toBeLessThanOrEqual(limit)
          const inside = tensors.find(({ offset, size: bytes }) => offset < start && offset + bytes > start)
          if (inside) expect(inside.size).toBeGreaterThan(limit - 64)
          start += shard
        }
      }),
    )
  })
})

describe('with a parent', () => {
  const sizes = [
    ['a', 500],
    ['b', 400],
    ['c', 200],
    ['d', 300],
  ] as const

  test('the same tensors are cut the same way', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 30 }), (list) => {
        const same = list.map((size, index) => [`t${index}`, size] as const)
        expect(plan(same, parentOf(same))).toEqual(plan(same))
      }),
    )
  })

  test('a tensor that comes between leaves the shards around it', () => {
    expect(grouped(sizes, plan(sizes))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    const grown = [...sizes.slice(0, 2), ['new', 100], ...sizes.slice(2)] as const
    expect(grouped(grown, plan(grown, parentOf(sizes)))).toEqual([['a', 'b'], ['new'], ['c', 'd']])
    expect(grouped(grown, plan(grown))).toEqual([
      ['a', 'b'],
      ['new', 'c', 'd'],
    ])
  })

  test('a tensor that goes, or changes its size, leaves the other shards', () => {
    expect(
      grouped(
        [
          ['b', 400],
          ['c', 200],
          ['d', 300],
        ],
        plan(
          [
            ['b', 400],
            ['c', 200],
            ['d', 300],
          ],
          parentOf(sizes),
        ),
      ),
    ).toEqual([['b'], ['c', 'd']])
    const changed = [
      ['a', 510],
      ['b', 400],
      ['c', 200],
      ['d', 300],
    ] as const
    expect(grouped(changed, plan(changed, parentOf(sizes)))).toEqual([['a'], ['b'], ['c', 'd']])
  })
})
