import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks } from '../testing/draw.ts'

describe('activations', () => {
  it.each([
    ['Sigmoid', {}, 17],
    ['Tanh', {}, 17],
    ['Softplus', {}, 17],
    ['Softsign', {}, 17],
    ['Mish', {}, 18],
    ['Swish', {}, 24],
    ['Swish', { alpha: 1.7 }, 24],
    ['Gelu', { approximate: 'none' }, 20],
    ['Gelu', { approximate: 'tanh' }, 20],
  ] as const)('%s %j', async (type, attributes, opset) => {
    await fc.assert(
      fc.asyncProperty(anyShape, seed, (shape, seed) =>
        checkGradient({
          define: (g, [x], dtype) => g.op(type, [g.op('Mul', [x!, g.scalar(2, dtype)])], attributes),
          shapes: [shape],
          output: shape,
          opset,
          step: 3e-3,
          ...(type === 'Softsign' && { draw: awayFromKinks }),
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it.each(['Softmax', 'LogSoftmax'])('%s along any axis', async (type) => {
    const shapeAndAxis = anyShape.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.option(fc.integer({ min: -shape.length, max: shape.length - 1 }), { nil: undefined }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(shapeAndAxis, seed, ([shape, axis], seed) =>
        checkGradient({
          define: (g, values) => g.op(type, values, { axis }),
          shapes: [shape],
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 15 },
    )
  })
})
