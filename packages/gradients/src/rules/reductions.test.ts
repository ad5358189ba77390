import { graphBuilder } from '@homing/onnx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks, positive } from '../testing/draw.ts'
import { gradientModel } from '../testing/gradient-model.ts'
import { runModel } from '../testing/run-model.ts'

const shapeAndAxes = anyShape.chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.uniqueArray(fc.integer({ min: -shape.length, max: shape.length - 1 }), {
      maxLength: shape.length,
      selector: (axis) => (axis + shape.length) % shape.length,
    }),
  ),
)

describe('reductions', () => {
  it.each([
    ...['Sum', 'Mean', 'Max', 'Min', 'L1', 'L2', 'LogSumExp', 'SumSquare', 'Prod'].map(
      (kind) => `Reduce${kind}`,
    ),
  ])('%s over any axes', async (type) => {
    await fc.assert(
      fc.asyncProperty(
        shapeAndAxes,
        fc.boolean(),
        fc.boolean(),
        seed,
        ([shape, axes], keepdims, noop_with_empty_axes, seed) =>
          checkGradient({
            define: (g, [x]) => g.op(type, [x!, g.ints(axes)], { keepdims, noop_with_empty_axes }),
            shapes: [shape],
            opset: 18,
            step: 1e-2,
            draw: awayFromKinks,
            seed,
          }),
      ),
      { numRuns: 15 },
    )
  })

  it('ReduceL2 of zeros has the gradient zero', async () => {
    const g = graphBuilder('zeros', { opset: 18 })
    const x = g.input('x', 'float32', [2, 2])
    g.output('y', g.op('ReduceL2', [x, g.ints([1])], { keepdims: 0 }), 'float32', [2])
    const [results] = await runModel(gradientModel(g.build()), {
      x: { shape: [2, 2], data: Float32Array.of(0, 0, 3, -4) },
      v: { shape: [2], data: Float32Array.of(1, 1) },
    })
    expect([...results!['x/gradient']!].map((value) => Number(value.toFixed(6)))).toEqual([0, 0, 0.6, -0.8])
  })

  it('ReduceLogSum of positive numbers', async () => {
    await fc.assert(
      fc.asyncProperty(shapeAndAxes, seed, ([shape, axes], seed) =>
        checkGradient({
          define: (g, [x]) => g.op('ReduceLogSum', [x!, g.ints(axes)]),
          shapes: [shape],
          opset: 18,
          step: 5e-3,
          draw: positive,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it.each(['ReduceMean', 'ReduceMax'])('%s with its axes as an attribute, or none', async (type) => {
    await fc.assert(
      fc.asyncProperty(shapeAndAxes, fc.boolean(), seed, ([shape, axes], keepdims, seed) =>
        checkGradient({
          define: (g, values) => g.op(type, values, { axes: axes.length ? axes : undefined, keepdims }),
          shapes: [shape],
          opset: 17,
          step: 1e-2,
          draw: awayFromKinks,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })
})
