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

  it.each([18, 21])('GroupNormalization of operator set %i', async (opset) => {
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        fc.integer({ min: 1, max: 2 }),
        fc.array(size, { maxLength: 2 }),
        seed,
        (n, groups, perGroup, axes, seed) => {
          const channels = groups * perGroup
          const learned = opset < 21 ? groups : channels
          return checkGradient({
            define: (g, values, dtype) => {
              // From set 21 on it computes in float32 unless told.
              const stash_type = opset >= 21 && dtype === 'float64' ? 11 : undefined
              return g.op('GroupNormalization', values, { epsilon, num_groups: groups, stash_type })
            },
            shapes: [[n, channels, ...(axes.length ? axes : [3])], [learned], [learned]],
            opset,
            step: 5e-3,
            seed,
          })
        },
      ),
      { numRuns: 10 },
    )
  })

  it('GroupNorm as exporters write it, over InstanceNormalization', async () => {
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        fc.array(size, { minLength: 1, maxLength: 2 }),
        seed,
        (n, groups, axes, seed) => {
          const channels = 2 * groups
          const learned = [channels, ...axes.map(() => 1)]
          return checkGradient({
            define: (g, [x, scale, shift], dtype) => {
              const [ones, zeros] = [1, 0].map((value) =>
                g.constant(dtype, [groups], new Array<number>(groups).fill(value)),
              )
              const grouped = g.op('Reshape', [x!, g.ints([0, groups, -1])])
              const normal = g.op('InstanceNormalization', [grouped, ones, zeros], { epsilon })
              const back = g.op('Reshape', [normal, g.op('Shape', [x!])])
              return g.op('Add', [g.op('Mul', [back, scale!]), shift!])
            },
            shapes: [[n, channels, ...axes], learned, learned],
            step: 5e-3,
            seed,
          })
        },
      ),
      { numRuns: 10 },
    )
  })

  it('RMSNormalization over any last axes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(size, size, size),
        fc.integer({ min: 1, max: 3 }),
        seed,
        (shape, count, seed) =>
          checkGradient({
            define: (g, values) => g.op('RMSNormalization', values, { axis: -count, epsilon }),
            shapes: [shape, shape.slice(-count)],
            output: shape,
            opset: 23,
            step: 5e-3,
            seed,
          }),
      ),
      { numRuns: 10 },
    )
  })

  it('BatchNormalization with the averages of training', async () => {
    const axes = fc.array(size, { maxLength: 2 })
    const average = fc.tuple(
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: 0.3, max: 2, noNaN: true }),
    )
    const averages = fc.array(average, { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(size, averages, axes, seed, (n, averages, axes, seed) => {
        const channels = averages.length
        return checkGradient({
          define: (g, values, dtype) => {
            const stored = [0, 1].map((place) =>
              g.constant(
                dtype,
                [channels],
                averages.map((pair) => pair[place]!),
              ),
            )
            return g.op('BatchNormalization', [...values, ...stored], { epsilon })
          },
          shapes: [[n, channels, ...axes], [channels], [channels]],
          step: 0.1,
          draw: positive,
          seed,
        })
      }),
      { numRuns: 12 },
    )
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
