import { expect, it } from 'vitest'

import { padSize } from '../config.ts'
import { sheetRegions } from './sheet-regions.ts'

it('sums what lies in each ninth of the sheet', () => {
  const area = { left: 0, top: 0, width: padSize, height: padSize }
  const data = Float32Array.from({ length: 36 }, (_, at) => at)
  const regions = sheetRegions({ width: 6, height: 6, data, area })
  expect(regions[0]).toEqual({ name: 'upper left', score: 0 + 1 + 6 + 7 })
  expect(regions[4]).toEqual({ name: 'middle centre', score: 14 + 15 + 20 + 21 })
  expect(regions.reduce((sum, { score }) => sum + score, 0)).toBe((35 * 36) / 2)
})

it('knows where on the sheet a small map lies', () => {
  const data = Float32Array.of(5)
  const area = { left: padSize * 0.8, top: padSize * 0.1, width: 20, height: 20 }
  const [best] = [...sheetRegions({ width: 1, height: 1, data, area })].sort((a, b) => b.score - a.score)
  expect(best).toEqual({ name: 'upper right', score: 5 })
})
