import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks, positive } from '../testing/draw.ts'

describe('functions of one element', () => {
  it.each([
    ['Exp', undefined],
    ['Sin', undefined],
    ['Cos', undefined],
    ['Erf', undefined],
    ['Log', positive],
    ['Sqrt', positive],
    ['Reciprocal', positive],
    ['Abs', awayFromKinks],
  ])('%s', async (type, draw) => {
    await fc.assert(
      fc.asyncProperty(anyShape, seed, (shape, seed) =>
        checkGradient({
          define: (g, values) => g.op(type, values),
          shapes: [shape],
          step: 5e-3,
          ...(draw && { draw }),
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })
})
