import { ConfusionSchema, maxClasses } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import {
  addConfusion,
  type Confusion,
  confusionFromWire,
  confusionToWire,
  emptyConfusion,
  mergeConfusions,
} from './confusion.ts'

const labels = ['cat', 'dog', 'fish']
const pair = fc.tuple(fc.constantFrom(...labels, 'unknown'), fc.constantFrom(...labels))
const pairs = fc.array(pair, { maxLength: 40 })

function confusionOf(
  list: readonly (readonly [string, string])[],
  of: readonly string[] = labels,
): Confusion {
  const confusion = emptyConfusion(of)
  for (const [truth, said] of list) addConfusion(confusion, truth, said)
  return confusion
}

test('pairs are counted where truth meets what was said; unknown labels are counted apart', () => {
  const confusion = confusionOf([
    ['cat', 'dog'],
    ['cat', 'dog'],
    ['fish', 'fish'],
    ['bird', 'cat'],
  ])
  expect([...confusion.counts]).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 1])
  expect(confusion.other).toBe(1)
})

test('parts merge to the whole, in any order and grouping, and travel', () => {
  fc.assert(
    fc.property(pairs, pairs, pairs, (a, b, c) => {
      const [x, y, z] = [confusionOf(a), confusionOf(b), confusionOf(c)]
      const whole = confusionToWire(confusionOf([...a, ...b, ...c]))
      expect(confusionToWire(mergeConfusions(mergeConfusions(x, y), z))).toEqual(whole)
      expect(confusionToWire(mergeConfusions(z, mergeConfusions(y, x)))).toEqual(whole)
      expect(confusionToWire(confusionFromWire(parsed(ConfusionSchema, whole)))).toEqual(whole)
    }),
  )
})

test('versions with other labels merge by name', () => {
  const merged = mergeConfusions(
    confusionOf([['a', 'b']], ['a', 'b']),
    confusionOf(
      [
        ['b', 'c'],
        ['b', 'b'],
      ],
      ['c', 'b'],
    ),
  )
  expect(merged.labels).toEqual(['a', 'b', 'c'])
  expect([...merged.counts]).toEqual([0, 1, 0, 0, 1, 1, 0, 0, 0])
})

test('of more labels than may be, the pairs of the last by name count as other, whatever is merged first', () => {
  const names = Array.from({ length: maxClasses + 20 }, (_, at) => `label-${String(at).padStart(3, '0')}`)
  const parts = [0, 1, 2].map((part) => {
    const own = names.filter((_, at) => at % 3 === part)
    return confusionOf(
      own.map((name) => [name, name] as const),
      own,
    )
  }) as [Confusion, Confusion, Confusion]
  const [x, y, z] = parts
  const left = confusionToWire(mergeConfusions(mergeConfusions(x, y), z))
  expect(left).toEqual(confusionToWire(mergeConfusions(y, mergeConfusions(z, x))))
  expect(left.labels).toEqual(names.slice(0, maxClasses))
  expect(left.other).toBe(20)
})

test('a cell of no label is refused', () => {
  expect(() => confusionFromWire({ labels: ['a'], cells: [1, 5] })).toThrow(
    expect.objectContaining({ code: 'DATA_INVALID' }),
  )
})
