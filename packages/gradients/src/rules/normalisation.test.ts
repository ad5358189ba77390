import { graphBuilder } from '@homing/onnx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { positive } from '../testing/draw.ts'
import { trainingGraph } from '../training-graph.ts'

const size = fc.integer({ min: 2, max: 4 })
// Over few elements the variance may come near zero, where central differences fail: a large epsilon keeps away.
const epsilon = 0.1

describe('normalisation', () => {
  it('LayerNormalization over any last axes, with and without shift', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(size, size, size),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        seed,
        (shape, count, shifted, seed) => {
          const scale = shape.slice(-count)
          return checkGradient({
            define: (g, values) => g.op('LayerNormalization', values, { axis: -count, epsilon }),
            shapes: shifted ? [shape, scale, scale] : [shape, scale],
            step: 5e-3,
            seed,
          })
        },
      ),
      { numRuns: 20 },
    )
  })

  it('InstanceNormalization over one or two axes', async () => {
    await fc.assert(
      fc.asyncProperty(size, size, fc.array(size, { minLength: 1, maxLength: 2 }), seed, (n, c, axes, seed) =>
        checkGradient({
          define: (g, values) => g.op('InstanceNormalization', values, { epsilon }),
          shapes: [[n, c, ...axes], [c], [c]],
          step: 5e-3,
          seed,
        }),
      ),
      { numRuns: 15 },
    )
  })

  it('BatchNormalization with the averages of training', async () => {
    for (const axes of [[], [5], [2, 3]]) {
      await checkGradient({
        define: (g, [x, scale, shift], dtype) => {
          const [mean, variance] = [g.constant(dtype, [3], [0.5, -1, 2]), g.constant(dtype, [3], [1, 0.3, 2])]
          return g.op('BatchNormalization', [x!, scale!, shift!, mean, variance])
        },
        shapes: [[2, 3, ...axes], [3], [3]],
        step: 0.1,
        draw: positive,
        seed: 3,
      })
    }
  })

  it('leaves the averages of BatchNormalization out of what is trained', () => {
    const g = graphBuilder('averages')
    const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((name) =>
      g.parameter(name, 'float32', [2], [1, 1]),
    )
    const x = g.input('x', 'float32', [4, 2])
    g.output('y', g.op('BatchNormalization', [x, scale, shift, mean, variance]), 'float32', [4, 2])
    const model = g.build()
    const options = { loss: 'mse', optimiser: { kind: 'sgd' } } as const
    expect(trainingGraph(model, options).parameters.map(({ input }) => input)).toEqual(['scale', 'shift'])
    expect(() => trainingGraph(model, { ...options, trainable: ['mean'] })).toThrow(
      expect.objectContaining({
        code: 'GRADIENT_UNSUPPORTED',
        message: expect.stringContaining('no gradient of its input 3'),
      }),
    )
  })
})
