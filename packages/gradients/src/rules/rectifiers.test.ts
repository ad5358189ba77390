import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks } from '../testing/draw.ts'

describe('rectifiers, away from their kinks', () => {
  it.each([
    ['Relu', {}],
    ['LeakyRelu', {}],
    ['LeakyRelu', { alpha: 0.3 }],
    ['Elu', {}],
    ['Elu', { alpha: 0.5 }],
    ['Selu', {}],
    ['Selu', { alpha: 0.5, gamma: 2 }],
    ['Celu', { alpha: 0.5 }],
    ['ThresholdedRelu', { alpha: 0.26 }],
    ['HardSigmoid', {}],
    ['HardSigmoid', { alpha: 0.7, beta: 0.43 }],
    ['HardSwish', {}],
  ])('%s %j', async (type, attributes) => {
    await fc.assert(
      fc.asyncProperty(anyShape, seed, (shape, seed) =>
        checkGradient({
          // So that HardSwish and HardSigmoid reach their ends, with no number on one.
          define: (g, [x], dtype) => g.op(type, [g.op('Mul', [x!, g.scalar(1.01, dtype)])], attributes),
          shapes: [shape],
          step: 5e-3,
          draw: awayFromKinks,
          ...(type === 'Celu' && { only: 'float32' as const }),
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('PRelu with any slopes that broadcast', async () => {
    const shapes = anyShape.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
        fc.nat(shape.length - 1),
      ),
    )
    await fc.assert(
      fc.asyncProperty(shapes, seed, ([shape, ones, drop], seed) =>
        checkGradient({
          define: (g, values) => g.op('PRelu', values),
          shapes: [shape, shape.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(drop)],
          step: 1e-2,
          draw: awayFromKinks,
          seed,
        }),
      ),
      { numRuns: 12 },
    )
  })
})
