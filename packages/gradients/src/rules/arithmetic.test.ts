import { broadcastShape } from '@homing/onnx'
import fc from 'fast-check'
import { describe, it } from 'vitest'

import { seed, shapePair } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromZero, positive } from '../testing/draw.ts'

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
    await fc.assert(
      fc.asyncProperty(shapePair, seed, (shapes, seed) =>
        checkGradient({
          define: (g, inputs) => g.op('Div', inputs),
          shapes,
          output: broadcastShape(...shapes),
          step: 5e-3,
          draw: awayFromZero,
          seed,
        }),
      ),
      { numRuns: 25 },
    )
  })

  it('Neg, and Sum of three with any broadcast', async () => {
    await fc.assert(
      fc.asyncProperty(shapePair, seed, ([a, b], seed) =>
        checkGradient({
          define: (g, [x, y]) => g.op('Sum', [x, g.op('Neg', [y!]), x]),
          shapes: [a, b],
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 10 },
    )
  })

  it('Mean of three with any broadcast', async () => {
    await fc.assert(
      fc.asyncProperty(shapePair, seed, ([a, b], seed) =>
        checkGradient({ define: (g, [x, y]) => g.op('Mean', [x!, y!, x!]), shapes: [a, b], step: 0.5, seed }),
      ),
      { numRuns: 10 },
    )
  })

  it('Pow to learned exponents of another type', async () => {
    await checkGradient({
      define: (g, [x, y]) => g.op('Pow', [x!, g.op('Cast', [y!], { to: 11 })]),
      shapes: [[2, 3], [3]],
      step: 5e-3,
      draw: positive,
      only: 'float32',
      seed: 6,
    })
  })

  it('Pow of positive numbers, with any broadcast', async () => {
    await fc.assert(
      fc.asyncProperty(shapePair, seed, (shapes, seed) =>
        checkGradient({
          define: (g, inputs) => g.op('Pow', inputs),
          shapes,
          step: 5e-3,
          draw: positive,
          seed,
        }),
      ),
      { numRuns: 25 },
    )
  })

  it.each([
    [2, 'float32'],
    [3, 'int64'],
    [1, 'float32'],
    [0, 'float32'],
    [-1.5, 'float32'],
  ] as const)('Pow to the constant %d (%s)', async (exponent, dtype) => {
    await checkGradient({
      define: (g, [x]) => g.op('Pow', [x!, g.constant(dtype, [], [exponent])]),
      shapes: [[3, 4]],
      step: 5e-3,
      ...(exponent < 0 ? { draw: positive } : {}),
      seed: 4,
    })
  })

  it('Pow of zero and of negative numbers to exponents per element', async () => {
    await checkGradient({
      define: (g, [x], dtype) => g.op('Pow', [x!, g.constant(dtype, [4], [0, 2, 3, 2])]),
      shapes: [[4]],
      step: 5e-3,
      draw: () => [0, 0, -1, -2],
      seed: 5,
    })
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
