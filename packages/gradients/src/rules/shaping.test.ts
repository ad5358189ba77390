import { graphBuilder, makeValueInfo } from '@homing/onnx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { gradientModel } from '../testing/gradient-model.ts'
import { runModel } from '../testing/run-model.ts'

describe('shaping', () => {
  it('Identity, and Dropout in inference with its ratio as an input', async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, seed, (shape, seed) =>
        checkGradient({
          define: (g, [x]) =>
            g.op('Tanh', [
              g.op('Dropout', [g.op('Identity', [x!]), g.scalar(0.4), g.constant('bool', [], [0])]),
            ]),
          shapes: [shape],
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('Flatten at any axis, also from the end', async () => {
    const shapeAndAxis = anyShape.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.integer({ min: -shape.length, max: shape.length })),
    )
    await fc.assert(
      fc.asyncProperty(shapeAndAxis, seed, ([shape, axis], seed) =>
        checkGradient({
          define: (g, values) => g.op('Tanh', [g.op('Flatten', values, { axis })]),
          shapes: [shape],
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('Reshape to any shape, with sizes kept or left open', async () => {
    const kinds = fc.constantFrom([4, 6], [0, -1], [2, 1, 12], [-1], [0, 0, 2, 2], [24, 1, 1])
    await fc.assert(
      fc.asyncProperty(kinds, seed, (to, seed) =>
        checkGradient({
          define: (g, [x]) => g.op('Tanh', [g.op('Reshape', [x!, g.ints(to)])]),
          shapes: [[2, 3, 4]],
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('Squeeze of any axes of size 1, or of all', async () => {
    const given = fc.option(fc.subarray([0, 2, -1]), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(given, seed, (axes, seed) =>
        checkGradient({
          define: (g, [x]) => g.op('Tanh', [g.op('Squeeze', axes?.length ? [x!, g.ints(axes)] : [x!])]),
          shapes: [[1, 3, 1, 2, 1]],
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('Unsqueeze at any axes', async () => {
    const places = fc.uniqueArray(fc.integer({ min: -2, max: 1 }), {
      minLength: 1,
      maxLength: 2,
      selector: (axis) => (axis + 4) % 4,
    })
    await fc.assert(
      fc.asyncProperty(places, seed, (axes, seed) =>
        checkGradient({
          define: (g, [x]) => g.op('Tanh', [g.op('Unsqueeze', [x!, g.ints(axes)])]),
          shapes: [[2, 3]],
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('Dropout in training, by the mask that it gives', async () => {
    const g = graphBuilder('dropout')
    const x = g.input('x', 'float32', [40])
    const [y, mask] = g.ops('Dropout', [x, g.scalar(0.6), g.constant('bool', [], [1])], 2)
    g.output('y', y!, 'float32', [40])
    const model = g.build()
    const ones = { shape: [40], data: new Float32Array(40).fill(1) }
    const backward = gradientModel(model)
    backward.graph!.output.push(makeValueInfo('y', { dtype: 'float32', shape: [40] }))
    const [results] = await runModel(backward, { x: ones, v: ones })
    // For inputs and weights of 1, the gradient of each element is its output: 0 or 1 / (1 - 0.6).
    expect(results!['x/gradient']).toEqual(results!['y'])
    expect(new Set(results!['y']!.map((value) => Math.round(value * 1000)))).toEqual(new Set([0, 2500]))
    expect(mask).toBeDefined()
  })

  it('Transpose by any order', async () => {
    const orders = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.option(orders, { nil: undefined }), seed, (perm, seed) =>
        checkGradient({
          define: (g, values) => g.op('Transpose', values, { perm }),
          shapes: [[2, 3, 4, 5]],
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 15 },
    )
  })

  it('Cast to float64 and back', async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, seed, (shape, seed) =>
        checkGradient({
          define: (g, [x]) => g.op('Cast', [g.op('Exp', [g.op('Cast', [x!], { to: 11 })])], { to: 1 }),
          only: 'float32',
          shapes: [shape],
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 5 },
    )
  })

  it('passes by the arithmetic around shapes', async () => {
    await checkGradient({
      define: (g, [x]) => {
        const rows = g.op('Gather', [g.op('Shape', [x!]), g.ints([0])])
        return g.op('Tanh', [g.op('Reshape', [x!, g.op('Concat', [rows, g.ints([-1])], { axis: 0 })])])
      },
      shapes: [[2, 3, 4]],
      step: 1e-2,
      seed: 5,
    })
  })
})
