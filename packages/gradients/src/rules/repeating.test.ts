import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed, shapePair } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

describe('repeating', () => {
  it('Expand to any shape that broadcasts', async () => {
    await fc.assert(
      fc.asyncProperty(shapePair, seed, ([shape, wanted], seed) =>
        checkGradient({
          define: (g, [x]) => g.op('Expand', [x!, g.ints(wanted)]),
          shapes: [shape],
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 20 },
    )
  })

  it('Tile by any counts', async () => {
    const counts = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(anyShape, counts, seed, (shape, counts, seed) =>
        checkGradient({
          define: (g, [x]) => g.op('Tile', [x!, g.ints(counts.slice(0, shape.length))]),
          shapes: [shape],
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 20 },
    )
  })
})
