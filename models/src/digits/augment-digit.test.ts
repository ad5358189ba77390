import { describe, expect, it } from 'vitest'

import { seededRandom } from '../random.ts'
import { augmentDigit } from './augment-digit.ts'
import { canvasSide } from './augmentation.ts'
import { digitsEncoder, pictureOf } from './encode-digits.ts'
import { changeThickness, framedSide } from './stroke-thickness.ts'

/** A vertical bar of 3 x 16 pixels in the middle. */
const bar = Uint8Array.from({ length: 784 }, (_, i) =>
  i % 28 >= 13 && i % 28 <= 15 && Math.floor(i / 28) >= 6 && i < 22 * 28 ? 255 : 0,
)
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0)

describe('augmentDigit', () => {
  it('changes a digit another way each time, and keeps it recognisable: an upright stroke in the middle', () => {
    const random = seededRandom(1)
    const encode = digitsEncoder()
    const canvas = new Uint8ClampedArray(canvasSide ** 2)
    const seen = new Set<string>()
    for (let i = 0; i < 50; i++) {
      augmentDigit(bar, random, canvas)
      seen.add(canvas.join())
      const image = encode([pictureOf(canvas, canvasSide)])
      const rows = Array.from({ length: 28 }, (_, row) => sum(image.subarray(row * 28, (row + 1) * 28)))
      expect(rows.filter((row) => row > 0.5).length).toBeGreaterThanOrEqual(18)
      expect(sum(rows)).toBeLessThan(200)
    }
    expect(seen.size).toBe(50)
  })

  it('leaves a blank page blank', () => {
    const canvas = new Uint8ClampedArray(canvasSide ** 2).fill(9)
    augmentDigit(new Uint8Array(784), seededRandom(1), canvas)
    expect(sum(canvas)).toBe(0)
  })
})

describe('changeThickness', () => {
  it('grows, thins or leaves strokes, with a black frame', () => {
    const random = seededRandom(4)
    const results = Array.from({ length: 60 }, () => changeThickness(bar, random))
    const weights = results.map(sum)
    const same = sum(bar)
    expect(weights.some((weight) => weight > same)).toBe(true)
    expect(weights.some((weight) => weight < same)).toBe(true)
    expect(weights.filter((weight) => weight === same).length).toBeGreaterThan(5)
    for (const framed of results) {
      expect(sum(framed.subarray(0, framedSide))).toBe(0)
      expect(Math.max(...framed)).toBeLessThanOrEqual(255)
    }
  })
})
