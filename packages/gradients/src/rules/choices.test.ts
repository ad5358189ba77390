import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed, shapePair } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks } from '../testing/draw.ts'

describe('choices', () => {
  it.each(['Min', 'Max'])('%s of three with any broadcast', async (type) => {
    await fc.assert(
      fc.asyncProperty(shapePair, seed, ([a, b], seed) =>
        checkGradient({
          // Scaled, so that no two operands are as near as the step.
          define: (g, [x, y], dtype) =>
            g.op(type, [x!, g.op('Mul', [y!, g.scalar(1.37, dtype)]), g.scalar(0.26, dtype)]),
          shapes: [a, b],
          step: 1e-3,
          draw: awayFromKinks,
          seed,
        }),
      ),
      { numRuns: 20 },
    )
  })

  it('Max of a tensor with itself', async () => {
    await checkGradient({
      define: (g, [x]) => g.op('Max', [x!, x!]),
      shapes: [[3, 2]],
      step: 0.5,
      seed: 1,
    })
  })

  it.each([
    ['both bounds', -0.26, 0.63],
    ['a lower bound', -0.26, undefined],
    ['an upper bound', undefined, 0.17],
  ])('Clip with %s', async (_, low, high) => {
    await fc.assert(
      fc.asyncProperty(anyShape, seed, (shape, seed) =>
        checkGradient({
          define: (g, [x], dtype) =>
            g.op('Clip', [
              x!,
              ...[low, high].map((bound) => (bound === undefined ? bound : g.scalar(bound, dtype))),
            ]),
          shapes: [shape],
          step: 1e-2,
          draw: awayFromKinks,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('Clip to bounds that are learned', async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, seed, (shape, seed) =>
        checkGradient({
          define: (g, [x, low, high], dtype) => {
            const [from, to] = [
              g.op('Sub', [low!, g.scalar(0.3, dtype)]),
              g.op('Add', [high!, g.scalar(0.32, dtype)]),
            ]
            return g.op('Clip', [g.op('Mul', [x!, g.scalar(1.37, dtype)]), from, to])
          },
          shapes: [shape, [], []],
          step: 1e-3,
          draw: awayFromKinks,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('Where with any broadcast', async () => {
    await fc.assert(
      fc.asyncProperty(shapePair, seed, ([a, b], seed) =>
        checkGradient({
          define: (g, [x, y]) => g.op('Where', [g.constant('bool', [2, 1, 1, 1, 1], [1, 0]), x!, y!]),
          shapes: [a, b],
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 20 },
    )
  })
})
