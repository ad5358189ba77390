import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks, type Draw, positive, uniform } from '../testing/draw.ts'

describe('functions of one element', () => {
  // The float32 steps must not leave the domain.
  const within: Draw = (random, count) => Float64Array.from(uniform(random, count), (value) => value * 0.8)

  it.each<readonly [string, Draw | undefined]>([
    ['Exp', undefined],
    ['Sin', undefined],
    ['Cos', undefined],
    ['Erf', undefined],
    ['Log', positive],
    ['Sqrt', positive],
    ['Reciprocal', positive],
    ['Abs', awayFromKinks],
    ...['Asin', 'Acos', 'Atanh', 'Tan'].map((type) => [type, within] as const),
    ...['Sinh', 'Cosh', 'Atan', 'Asinh'].map((type) => [type, undefined] as const),
    ['Acosh', (random, count) => Float64Array.from(positive(random, count), (value) => value + 1)],
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
