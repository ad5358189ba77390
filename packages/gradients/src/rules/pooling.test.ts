import { graphBuilder } from '@homing/onnx'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { checkGradient } from '../testing/check-gradient.ts'
import { awayFromKinks } from '../testing/draw.ts'
import { gradientModel } from '../testing/gradient-model.ts'
import { runModel } from '../testing/run-model.ts'

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
    const x = g.input('x', 'float32', [1, 1, 2, 4])
    g.output('y', g.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }), 'float32', [1, 1, 1, 2])
    const [results] = await runModel(gradientModel(g.build()), {
      x: { shape: [1, 1, 2, 4], data: Float32Array.of(1, 1, 3, 0, 1, 1, 3, 0) },
      v: { shape: [1, 1, 1, 2], data: Float32Array.of(1, 3) },
    })
    expect([...results!['x/gradient']!]).toEqual([0.25, 0.25, 1.5, 0, 0.25, 0.25, 1.5, 0])
  })

  it('AveragePool with any strides, dilations and pads, counting them or not, rounding up or not', async () => {
    const axis = fc.record({ kernel: between(1, 3), stride: between(1, 3), dilation: between(1, 2) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: 1, maxLength: 2 }),
        fc.tuple(between(0, 2), between(0, 2)),
        between(5, 7),
        fc.boolean(),
        fc.boolean(),
        seed,
        (axes, [begin, end], side, count_include_pad, ceil_mode, seed) => {
          // Where the last window would start behind the last element, onnxruntime's shape inference contradicts what it computes.
          const starts = axes.every(({ kernel, stride, dilation }) => {
            const [before, after] = [Math.min(begin, kernel - 1), Math.min(end, kernel - 1)]
            const rest = side + before + after - (kernel - 1) * dilation - 1
            return Math.ceil(rest / stride) * stride < side + before
          })
          const attributes = {
            kernel_shape: axes.map(({ kernel }) => kernel),
            strides: axes.map(({ stride }) => stride),
            dilations: axes.map(({ dilation }) => dilation),
            pads: [begin, end].flatMap((pad) => axes.map(({ kernel }) => Math.min(pad, kernel - 1))),
            count_include_pad,
            ceil_mode: ceil_mode && starts,
          }
          return checkGradient({
            define: (g, values) => g.op('AveragePool', values, attributes),
            shapes: [[2, 3, ...axes.map(() => side)]],
            opset: 19,
            step: 0.5,
            seed,
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])('AveragePool with auto_pad %s', async (auto_pad) => {
    await fc.assert(
      fc.asyncProperty(between(1, 4), between(1, 3), fc.boolean(), seed, (kernel, stride, count, seed) =>
        checkGradient({
          define: (g, values) =>
            g.op('AveragePool', values, {
              kernel_shape: [kernel, 2],
              strides: [stride, 1],
              auto_pad,
              count_include_pad: count,
            }),
          shapes: [[1, 2, 7, 5]],
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 12 },
    )
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

  it.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])('MaxPool with auto_pad %s', async (auto_pad) => {
    await fc.assert(
      fc.asyncProperty(between(1, 4), between(1, 3), between(4, 6), seed, (kernel, stride, side, seed) =>
        checkGradient({
          define: (g, values) =>
            // With windows apart, SAME_LOWER asks the engine for padding below zero, which it refuses.
            g.op('MaxPool', values, {
              kernel_shape: [kernel, 2],
              strides: [Math.min(stride, kernel), 2],
              auto_pad,
            }),
          shapes: [[1, 2, side, 5]],
          step: 1e-2,
          draw: awayFromKinks,
          seed,
        }),
      ),
      { numRuns: 10 },
    )
  })

  it.each(['GlobalMaxPool', 'GlobalAveragePool'])('%s over any number of axes', async (type) => {
    const sizes = fc.array(between(1, 4), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(between(1, 2), between(1, 3), sizes, seed, (batch, channels, axes, seed) =>
        checkGradient({
          define: (g, values) => g.op(type, values),
          shapes: [[batch, channels, ...axes]],
          step: 1e-2,
          draw: awayFromKinks,
          seed,
        }),
      ),
      { numRuns: 10 },
    )
  })
})
