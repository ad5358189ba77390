import { graphBuilder } from '@homing/onnx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { readForwardGraph } from '../forward-graph.ts'
import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks } from '../testing/draw.ts'
import { runModel } from '../testing/run-model.ts'
import { trainingGraph } from '../training-graph.ts'

const between = (min: number, max: number) => fc.integer({ min, max })
const seed = fc.integer()

describe('pooling', () => {
  it('MaxPool over tiles, with a rest that no window reaches', async () => {
    await fc.assert(
      fc.asyncProperty(
        between(1, 3),
        between(1, 3),
        between(1, 3),
        between(1, 3),
        between(0, 2),
        between(0, 2),
        seed,
        (kh, kw, rows, columns, restH, restW, seed) => {
          const kernel = [kh, kw]
          return checkGradient({
            define: (g, values) => g.op('MaxPool', values, { kernel_shape: kernel, strides: kernel }),
            shapes: [[2, 2, kh * rows + Math.min(restH, kh - 1), kw * columns + Math.min(restW, kw - 1)]],
            output: [2, 2, rows, columns],
            step: 1e-2,
            draw: awayFromKinks,
            seed,
          })
        },
      ),
      { numRuns: 30 },
    )
  })

  it('MaxPool shares the gradient among equal largest elements', async () => {
    const g = graphBuilder('ties')
    const x = g.parameter('x', 'float32', [1, 1, 2, 4], [1, 1, 3, 0, 1, 1, 3, 0])
    g.output('y', g.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }), 'float32', [1, 1, 1, 2])
    const model = g.build()
    const graph = trainingGraph(model, { loss: 'mse', optimiser: { kind: 'sgd' } })
    const one = { shape: [], data: Float32Array.of(1) }
    const [results] = await runModel(graph.model, {
      x: { shape: [1, 1, 2, 4], data: Float32Array.of(1, 1, 3, 0, 1, 1, 3, 0) },
      targets: { shape: [1, 1, 1, 2], data: Float32Array.of(0, 0) },
      learning_rate: one,
      step: one,
    })
    // The gradients of the outputs are 1 and 3; four share the first, two the second.
    expect([...results!['x/next']!]).toEqual([0.75, 0.75, 1.5, 0, 0.75, 0.75, 1.5, 0])
  })

  it('AveragePool with any strides and pads, counting them or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        between(1, 3),
        between(1, 3),
        between(0, 1),
        between(3, 6),
        fc.boolean(),
        seed,
        (kernel, stride, pad, side, count, seed) => {
          const padding = Math.min(pad, kernel - 1)
          const out = Math.floor((side + 2 * padding - kernel) / stride) + 1
          return checkGradient({
            define: (g, values) =>
              g.op('AveragePool', values, {
                kernel_shape: [kernel, kernel],
                strides: [stride, stride],
                pads: [padding, padding, padding, padding],
                count_include_pad: count,
              }),
            shapes: [[2, 3, side, side]],
            output: [2, 3, out, out],
            step: 0.5,
            seed,
          })
        },
      ),
      { numRuns: 30 },
    )
  })

  it('AveragePool over one axis with auto_pad, and dilated', async () => {
    for (const [attributes, opset] of [
      [{ kernel_shape: [3], strides: [2], auto_pad: 'SAME_UPPER' }, 17],
      [{ kernel_shape: [2], dilations: [3], pads: [1, 1] }, 19],
    ] as const) {
      await checkGradient({
        define: (g, values) => g.op('AveragePool', values, attributes),
        shapes: [[2, 3, 8]],
        opset,
        step: 0.5,
        seed: 4,
      })
    }
  })

  it('MaxPool over windows that overlap, are padded or dilated, or round up', async () => {
    const axis = fc.record({ kernel: between(1, 3), stride: between(1, 3), dilation: between(1, 2) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: 1, maxLength: 2 }),
        between(5, 8),
        fc.boolean(),
        fc.boolean(),
        seed,
        (axes, side, padded, ceil_mode, seed) => {
          const pads = axes.map(({ kernel }) => (padded ? kernel - 1 : 0))
          const attributes = {
            kernel_shape: axes.map(({ kernel }) => kernel),
            strides: axes.map(({ stride }) => stride),
            dilations: axes.map(({ dilation }) => dilation),
            pads: [...pads, ...pads],
            // Where the last window would lie outside, onnxruntime's shape inference contradicts what it computes.
            ceil_mode: ceil_mode && !padded && axes.every(({ kernel, stride }) => stride <= kernel),
          }
          return checkGradient({
            define: (g, values) => g.op('MaxPool', values, attributes),
            shapes: [[2, 2, ...axes.map(() => side)]],
            step: 1e-2,
            draw: awayFromKinks,
            seed,
          })
        },
      ),
      { numRuns: 30 },
    )
  })

  it.each(['SAME_UPPER', 'SAME_LOWER'])('MaxPool with auto_pad %s', async (auto_pad) => {
    await checkGradient({
      define: (g, values) => g.op('MaxPool', values, { kernel_shape: [3, 2], strides: [2, 2], auto_pad }),
      shapes: [[1, 2, 6, 5]],
      step: 1e-2,
      draw: awayFromKinks,
      seed: 5,
    })
  })

  it('GlobalMaxPool', async () => {
    await checkGradient({
      define: (g, values) => g.op('GlobalMaxPool', values),
      shapes: [[2, 3, 4, 5]],
      step: 1e-2,
      draw: awayFromKinks,
      seed: 6,
    })
  })

  it('GlobalAveragePool', async () => {
    await checkGradient({
      define: (g, values) => g.op('GlobalAveragePool', values),
      shapes: [[2, 3, 4, 5]],
      output: [2, 3, 1, 1],
      step: 0.5,
      seed: 3,
    })
  })

  it.each([
    ['overlaps', { kernel_shape: [3, 3], strides: [2, 2] }],
    ['is padded', { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 0, 0] }],
    ['is dilated', { kernel_shape: [2, 2], strides: [2, 2], dilations: [2, 2] }],
    ['rounds up', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }],
  ])('refuses a MaxPool that %s in an old operator set, and says what can be trained', (_, attributes) => {
    const g = graphBuilder('pool', { opset: 15 })
    const x = g.op('Add', [g.input('x', 'float32', [1, 1, 7, 7]), g.parameter('before', 'float32', [1], [0])])
    const y = g.op('GlobalAveragePool', [g.op('MaxPool', [x], attributes)])
    g.output('y', g.op('Add', [y, g.parameter('after', 'float32', [1], [0])]), 'float32', [1, 1, 1, 1])
    const model = g.build()
    expect(readForwardGraph(model, {}).output.shape).toEqual([1, 1, 1, 1])
    const options = { loss: 'mse', optimiser: { kind: 'sgd' } } as const
    expect(() => trainingGraph(model, { ...options, trainable: ['before'] })).toThrow(
      expect.objectContaining({
        code: 'GRADIENT_UNSUPPORTED',
        details: expect.objectContaining({ trainable: ['after'] }),
      }),
    )
    expect(trainingGraph(model, { ...options, trainable: ['after'] }).parameters).toHaveLength(1)
  })
})
