import type { ImageInput, ImageStep } from '@homing/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import type { RgbaImage } from '../pipeline-input.ts'
import { runImageSteps, shownArea } from './image-steps.ts'

const inputOf = (steps: readonly ImageStep[]): ImageInput => ({
  kind: 'image',
  name: 'image',
  tensor: 'x',
  layout: 'nchw',
  steps: [...steps],
})

/** White, with one dark rectangle. */
function drawing(
  width: number,
  height: number,
  ink: { left: number; top: number; width: number; height: number },
) {
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let y = ink.top; y < ink.top + ink.height; y++)
    for (let x = ink.left; x < ink.left + ink.width; x++) data.set([0, 0, 0, 255], (y * width + x) * 4)
  return { width, height, data } satisfies RgbaImage
}

const image = drawing(40, 30, { left: 10, top: 5, width: 10, height: 20 })

it.each<[string, ImageStep[], [number, number, number, number]]>([
  ['nothing', [], [0, 0, 40, 30]],
  ['values alone', [{ op: 'greyscale' }, { op: 'invert' }, { op: 'scale', by: 2 }], [0, 0, 40, 30]],
  ['a square', [{ op: 'crop', to: { kind: 'square' } }], [5, 0, 30, 30]],
  [
    'a box that is cut',
    [{ op: 'crop', to: { kind: 'box', left: 30, top: 20, width: 20, height: 5 } }],
    [30, 20, 10, 5],
  ],
  ['a fill', [{ op: 'resize', width: 8, height: 8, fit: 'fill', filter: 'area' }], [0, 0, 40, 30]],
  ['a contain', [{ op: 'resize', width: 20, height: 20, fit: 'contain', filter: 'area' }], [0, 0, 40, 30]],
  ['a cover', [{ op: 'resize', width: 15, height: 15, fit: 'cover', filter: 'area' }], [5, 0, 30, 30]],
  ['a canvas', [{ op: 'pad', width: 60, height: 50, value: 255, centre: 'frame' }], [-10, -10, 60, 50]],
  [
    'a canvas that cuts',
    [{ op: 'pad', width: 20, height: 30, value: 255, centre: 'frame' }],
    [10, 0, 20, 30],
  ],
])('knows what %s shows', (_, steps, [left, top, width, height]) => {
  expect(shownArea(inputOf(steps), image)).toEqual({ left, top, width, height })
})

it('follows the steps of MNIST: the ink, made smaller, in the middle of a canvas', () => {
  const steps: ImageStep[] = [
    { op: 'greyscale' },
    { op: 'invert' },
    { op: 'crop', to: { kind: 'content', threshold: 32 } },
    { op: 'resize', width: 20, height: 20, fit: 'contain', filter: 'area' },
    { op: 'pad', width: 28, height: 28, value: 0, centre: 'mass' },
  ]
  // The ink's 10 x 20 stay 10 x 20; the canvas has 9 columns to its left and 4 rows above it.
  expect(shownArea(inputOf(steps), image)).toEqual({ left: 1, top: 1, width: 28, height: 28 })
})

it('shows the ink where it was drawn, wherever that is and however large', () => {
  const place = fc.record({
    left: fc.integer({ min: 0, max: 30 }),
    top: fc.integer({ min: 0, max: 30 }),
    width: fc.integer({ min: 3, max: 30 }),
    height: fc.integer({ min: 3, max: 30 }),
  })
  fc.assert(
    fc.property(place, (ink) => {
      const input = inputOf([
        { op: 'greyscale' },
        { op: 'invert' },
        { op: 'crop', to: { kind: 'content', threshold: 32 } },
        { op: 'resize', width: 20, height: 20, fit: 'contain', filter: 'area' },
        { op: 'pad', width: 28, height: 28, value: 0, centre: 'mass' },
      ])
      const sheet = drawing(64, 64, ink)
      const { data } = runImageSteps(input, sheet)
      const area = shownArea(input, sheet)
      for (let row = 0; row < 28; row++) {
        for (let column = 0; column < 28; column++) {
          if (data[row * 28 + column]! < 128) continue
          const x = area.left + ((column + 0.5) * area.width) / 28
          const y = area.top + ((row + 0.5) * area.height) / 28
          expect(x).toBeGreaterThan(ink.left)
          expect(x).toBeLessThan(ink.left + ink.width)
          expect(y).toBeGreaterThan(ink.top)
          expect(y).toBeLessThan(ink.top + ink.height)
        }
      }
    }),
  )
})
