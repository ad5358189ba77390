import type { AttributionMap } from '@homing/sdk'

import { padSize } from '../config.ts'

/** One ninth of the sheet and what its ink adds to the score. */
export interface SheetRegion {
  readonly name: string
  readonly score: number
}

const rows = ['upper', 'middle', 'lower'] as const
const columns = ['left', 'centre', 'right'] as const

/** The map summed over the ninths of the sheet, so that it can be told in words. */
export function sheetRegions({ width, height, data, area }: AttributionMap): readonly SheetRegion[] {
  const { left, top, ...covered } = area ?? { left: 0, top: 0, width: padSize, height: padSize }
  const third = (place: number): number => Math.min(2, Math.max(0, Math.floor((place / padSize) * 3)))
  const scores = Array<number>(9).fill(0)
  data.forEach((value, at) => {
    const column = third(left + (((at % width) + 0.5) / width) * covered.width)
    const row = third(top + ((Math.floor(at / width) + 0.5) / height) * covered.height)
    scores[row * 3 + column]! += value
  })
  return scores.map((score, at) => ({ name: `${rows[Math.floor(at / 3)]!} ${columns[at % 3]!}`, score }))
}
