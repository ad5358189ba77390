import fc from 'fast-check'
import { describe, it } from 'vitest'

import { seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

const between = (min: number, max: number) => fc.integer({ min, max })
const side = between(2, 5)
const coordinates = fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners')

describe('Resize', () => {
  it.each(['nearest', 'linear'])('by %s to any size', async (mode) => {
    const rounding = fc.constantFrom('floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil')
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side),
        fc.tuple(between(1, 7), between(1, 7)),
        coordinates,
        rounding,
        seed,
        (from, to, coordinate_transformation_mode, nearest_mode, seed) =>
          checkGradient({
            define: (g, [x]) =>
              g.op('Resize', [x!, undefined, undefined, g.ints([1, 2, ...to])], {
                mode,
                coordinate_transformation_mode,
                nearest_mode,
              }),
            shapes: [[1, 2, ...from]],
            opset: 18,
            step: 0.5,
            seed,
          }),
      ),
      { numRuns: 40 },
    )
  })

  it.each(['nearest', 'linear'])('by %s and by scales of some axes', async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(side, side),
        fc.constantFrom(0.5, 1.5, 2, 3),
        coordinates,
        seed,
        (from, scale, coordinate_transformation_mode, seed) =>
          checkGradient({
            define: (g, [x]) =>
              g.op('Resize', [x!, undefined, g.constant('float32', [2], [2, scale])], {
                mode,
                coordinate_transformation_mode,
                axes: [2, -1],
              }),
            shapes: [[2, 1, ...from]],
            opset: 18,
            step: 0.5,
            seed,
          }),
      ),
      { numRuns: 20 },
    )
  })
})
