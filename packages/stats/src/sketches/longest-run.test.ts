import { LongestRunSchema } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import { addToRun, emptyRun, type LongestRun, longestOf, nextRun, runToWire } from './longest-run.ts'

const letters = (text: string): string[] => text.split('')

function runOf(labels: readonly string[], run = emptyRun()): LongestRun {
  for (const label of labels) addToRun(run, label)
  return run
}

test('the longest run of one label is told, the first of equally long ones', () => {
  expect(runToWire(runOf(letters('abbbaaccc')))).toEqual({ label: 'b', length: 3 })
  expect(runToWire(emptyRun())).toBeUndefined()
  parsed(LongestRunSchema, runToWire(runOf(['a'])))
})

test('a run goes on over what was handed over between', () => {
  const before = runOf(letters('aabb'))
  expect(runToWire(runOf(letters('bba'), nextRun(before)))).toEqual({ label: 'b', length: 4 })
  expect(runToWire(runOf(letters('ccc'), nextRun(runOf(letters('aaaa')))))).toEqual({ label: 'c', length: 3 })
})

test('cut anywhere, the longer of both parts is the longest of the whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b'), { minLength: 2, maxLength: 40 }),
      fc.nat(),
      (labels, where) => {
        const cut = 1 + (where % (labels.length - 1))
        const first = runOf(labels.slice(0, cut))
        const second = runOf(labels.slice(cut), nextRun(first))
        const { length } = longestOf(runToWire(first)!, runToWire(second)!)
        expect(length).toBe(runOf(labels).length)
      },
    ),
  )
})

test('of many devices the longest is the same in any order and grouping', () => {
  const run = fc.record({ label: fc.constantFrom('a', 'b', 'c'), length: fc.nat(5) })
  fc.assert(
    fc.property(run, run, run, (a, b, c) => {
      expect(longestOf(longestOf(a, b), c)).toEqual(longestOf(c, longestOf(b, a)))
    }),
  )
})
