import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  addToHistogram,
  emptyHistogram,
  type Histogram,
  histogramFromWire,
  histogramToWire,
  mergeHistograms,
  unitEdges,
} from './histogram.ts'

const edges = [-1, 0, 2.5, 10]
const values = fc.array(
  fc.oneof(fc.double(), fc.constantFrom(...edges), fc.double({ min: -3, max: 12, noNaN: true })),
  { maxLength: 60 },
)

function histogramOf(series: readonly number[]): Histogram {
  const histogram = emptyHistogram(edges)
  for (const value of series) addToHistogram(histogram, value)
  return histogram
}

test('each bin holds what lies above its lower edge, up to and with its upper one', () => {
  fc.assert(
    fc.property(values, (series) => {
      const counts = histogramToWire(histogramOf(series))
      const bounds = [-Infinity, ...edges, Infinity]
      counts.forEach((count, bin) => {
        const inside = series.filter(
          (value) =>
            (value > bounds[bin]! || (bin === 0 && value === -Infinity)) && value <= bounds[bin + 1]!,
        )
        expect(count).toBe(inside.length)
      })
    }),
  )
})

test('histograms of parts merge to that of the whole, in any order and grouping', () => {
  fc.assert(
    fc.property(values, values, values, (a, b, c) => {
      const [x, y, z] = [histogramOf(a), histogramOf(b), histogramOf(c)]
      const whole = histogramOf([...a, ...b, ...c])
      expect(mergeHistograms(mergeHistograms(x, y), z)).toEqual(whole)
      expect(mergeHistograms(z, mergeHistograms(y, x))).toEqual(whole)
      expect(histogramFromWire(edges, histogramToWire(whole))).toEqual(whole)
    }),
  )
})

test('other edges, edges that do not rise and counts of other edges are refused', () => {
  const refused = (code: string): object => expect.objectContaining({ code }) as object
  expect(() => mergeHistograms(emptyHistogram(edges), emptyHistogram([-1, 0, 2.5, 11]))).toThrow(
    refused('CONFIG_INVALID'),
  )
  for (const bad of [[], [1, 1], [2, 1], [NaN], [0, Infinity]])
    expect(() => emptyHistogram(bad)).toThrow(refused('CONFIG_INVALID'))
  expect(() => histogramFromWire(edges, [1, 2, 3])).toThrow(refused('DATA_INVALID'))
})

test('edges from 0 to 1 make bins of equal width', () => {
  expect(unitEdges(4)).toEqual([0.25, 0.5, 0.75])
})
