import fc from 'fast-check'
import { describe, it } from 'vitest'

import { broadcastShape } from '../broadcast-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

/** Two shapes that broadcast: from a common one, each side loses leading dimensions or shrinks some to 1. */
const shapePair = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((shape) => {
  const side = fc.record({
    drop: fc.integer({ min: 0, max: shape.length }),
    ones: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
  })
  return fc
    .tuple(side, side)
    .map(
      (sides) =>
        sides.map(({ drop, ones }) => shape.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(drop)) as [
          number[],
          number[],
        ],
    )
})

const seed = fc.integer()

describe('arithmetic', () => {
  it.each(['Add', 'Sub', 'Mul'])('%s with any broadcast', async (type) => {
    await fc.assert(
      fc.asyncProperty(shapePair, seed, (shapes, seed) =>
        checkGradient({
          define: (g, inputs) => g.op(type, inputs),
          shapes,
          output: broadcastShape(...shapes),
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 25 },
    )
  })

  it('Div with any broadcast, divisors of either sign', async () => {
    const draw = (random: () => number, count: number): Float32Array =>
      Float32Array.from({ length: count }, () => (1 + random()) * (random() < 0.5 ? -1 : 1))
    await fc.assert(
      fc.asyncProperty(shapePair, seed, (shapes, seed) =>
        checkGradient({
          define: (g, inputs) => g.op('Div', inputs),
          shapes,
          output: broadcastShape(...shapes),
          step: 5e-3,
          draw,
          seed,
        }),
      ),
      { numRuns: 25 },
    )
  })

  it('a tensor that is used twice gets both gradients', async () => {
    await checkGradient({
      define: (g, [x]) => g.op('Mul', [x!, g.op('Add', [x!, x!])]),
      shapes: [[3, 2]],
      output: [3, 2],
      step: 0.5,
      seed: 1,
    })
  })
})
