import { addToHistogram, emptyHistogram } from '@homing/stats'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { quantileEdges } from './quantile-edges.ts'

const values = fc.array(
  fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 5 })),
  { minLength: 1, maxLength: 400 },
)

it('chooses edges that rise, between which no more lies than a bin should hold and the most frequent value', () => {
  fc.assert(
    fc.property(values, (list) => {
      const edges = quantileEdges(list)
      if (!edges) return
      const histogram = emptyHistogram(edges) // refuses edges that do not rise
      for (const value of list) addToHistogram(histogram, value)
      const frequency = new Map<number, number>()
      for (const value of list) {
        const short = Number(value.toPrecision(8))
        frequency.set(short, (frequency.get(short) ?? 0) + 1)
      }
      const most = Math.max(...frequency.values())
      expect(Math.max(...histogram.counts)).toBeLessThanOrEqual(Math.ceil(list.length / 32) + 2 * most)
    }),
  )
})

it('makes 32 bins of what varies, few of what has few values, and none of what hardly varies', () => {
  expect(quantileEdges(Array.from({ length: 1000 }, (_, at) => at / 7))).toHaveLength(31)
  expect(quantileEdges([1, 2, 3, 1, 2, 3])).toEqual([1, 2])
  expect(quantileEdges([1, 2, 1, 2])).toBeUndefined()
  expect(quantileEdges([])).toBeUndefined()
  expect(quantileEdges([NaN, Infinity, 5])).toBeUndefined()
})
