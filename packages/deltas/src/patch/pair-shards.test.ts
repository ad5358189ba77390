import type { Parameters } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { alignSegments } from './align-segments.ts'
import { pairShards } from './pair-shards.ts'
import { checkSegments } from './segment.ts'

const hash = (letter: string) => letter.repeat(64)

/** Parameters of tensors one after another, cut into shards of these sizes. */
function parametersOf(
  tensors: readonly [name: string, dtype: string, size: number][],
  shards: readonly [letter: string, size: number][],
): Parameters {
  let offset = 0
  const placed = tensors.map(([name, dtype, size]) => {
    offset += size
    return { name, dtype, shape: [], offset: offset - size, size }
  })
  return {
    path: 'p',
    size: offset,
    shards: shards.map(([letter, size]) => ({ sha256: hash(letter), size })),
    tensors: placed,
  }
}

describe('pairs of shards', () => {
  test('leave out what the base has, and follow tensors to the shard where they were', () => {
    const base = parametersOf(
      [
        ['a', 'float32', 80],
        ['b', 'float16', 40],
      ],
      [
        ['1', 80],
        ['2', 40],
      ],
    )
    const target = parametersOf(
      [
        ['b', 'float16', 40],
        ['a', 'float32', 80],
      ],
      [
        ['3', 40],
        ['1', 80],
      ],
    )
    expect(pairShards(target, base)).toEqual([
      {
        target: { sha256: hash('3'), size: 40 },
        base: { sha256: hash('2'), size: 40 },
        segments: [{ type: 'float16', length: 40, from: 0 }],
      },
    ])
  })

  test('align a tensor that shards cut in the middle', () => {
    const base = parametersOf([['w', 'float32', 160]], [['1', 80], ['2', 80]]) // prettier-ignore
    const target = parametersOf([['new', 'int8', 16], ['w', 'float32', 160]], [['3', 88], ['4', 88]]) // prettier-ignore
    expect(pairShards(target, base).map(({ base, segments }) => [base.sha256[0], segments])).toEqual([
      [
        '1',
        [
          { type: 'int8', length: 16 },
          { type: 'float32', length: 72, from: 0 },
        ],
      ],
      [
        '2',
        [
          { type: 'float32', length: 8 },
          { type: 'float32', length: 80, from: 0 },
        ],
      ],
    ])
  })

  test('are of shards in the same place where no tensor tells', () => {
    const base = parametersOf([], [['1', 80], ['2', 80]]) // prettier-ignore
    const target = parametersOf([], [['3', 80], ['4', 40]]) // prettier-ignore
    expect(pairShards(target, base).map(({ base, segments }) => [base.sha256[0], segments])).toEqual([
      ['1', [{ type: 'uint8', length: 80, from: 0 }]],
      ['2', [{ type: 'uint8', length: 40, from: 0 }]],
    ])
  })

  test('always have segments that fill the shard within its base', () => {
    const tensors = fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('a', 'b', 'c', 'd'),
        fc.constantFrom('float32', 'int8', 'bool', 'bfloat16'),
        fc.integer({ min: 1, max: 60 }),
      ),
      { selector: ([name]) => name, minLength: 1 },
    )
    const cuts = fc.array(fc.nat(100), { maxLength: 3 })
    const any = fc.tuple(tensors, cuts).map(([list, at]) => {
      const size = list.reduce((sum, [, , bytes]) => sum + bytes, 0)
      const bounds = [...new Set([0, ...at.map((cut) => cut % size), size])].sort((a, b) => a - b)
      return parametersOf(
        list,
        bounds.slice(1).map((end, i): [string, number] => [String(i), end - bounds[i]!]),
      )
    })
    fc.assert(
      fc.property(any, any, (target, base) => {
        const renamed = {
          ...target,
          shards: target.shards.map((shard, i) => ({ ...shard, sha256: hash('abcd'[i]!) })),
        }
        const pairs = pairShards(renamed, base)
        expect(pairs).toHaveLength(target.shards.length)
        for (const pair of pairs) checkSegments(pair.segments, pair.target.size, pair.base.size)
      }),
    )
  })
})

test('a tensor of another size or dtype has no counterpart', () => {
  const tensor = { name: 'w', dtype: 'float32', offset: 0, size: 40 }
  const target = { size: 40, tensors: [tensor] }
  for (const other of [
    { ...tensor, size: 36 },
    { ...tensor, dtype: 'int32' },
  ])
    expect(alignSegments(target, { size: 40, tensors: [other] })).toEqual([{ type: 'float32', length: 40 }])
  expect(alignSegments(target, undefined)).toEqual([{ type: 'float32', length: 40 }])
})
