import fc from 'fast-check'
import { describe, it } from 'vitest'

import { seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

const between = (min: number, max: number) => fc.integer({ min, max })

const axis = fc.record({
  input: between(3, 4),
  kernel: between(1, 3),
  stride: between(1, 3),
  dilation: between(1, 2),
  begin: between(0, 1),
  end: between(0, 1),
  extra: between(0, 2),
})

describe('ConvTranspose', () => {
  it.each([1, 2])('over %i spatial axes with any strides, dilations, pads and groups', async (rank) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: rank, maxLength: rank }),
        between(1, 2),
        between(1, 2),
        between(1, 2),
        fc.boolean(),
        seed,
        (axes, group, inputs, outputs, bias, seed) => {
          const shapes = [
            [2, group * inputs, ...axes.map(({ input }) => input)],
            [group * inputs, outputs, ...axes.map(({ kernel }) => kernel)],
          ]
          const attributes = {
            group,
            strides: axes.map(({ stride }) => stride),
            dilations: axes.map(({ dilation }) => dilation),
            pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
            // As the operator demands, less than the stride.
            output_padding: axes.map(({ extra, stride }) => Math.min(extra, stride - 1)),
          }
          return checkGradient({
            define: (g, values) => g.op('ConvTranspose', values, attributes),
            shapes: bias ? [...shapes, [group * outputs]] : shapes,
            step: 0.5,
            seed,
          })
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each(['SAME_UPPER', 'SAME_LOWER'])(
    'with auto_pad %s, which needs a kernel that covers the stride',
    async (auto_pad) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(axis, { minLength: 1, maxLength: 2 }),
          between(1, 2),
          seed,
          (axes, group, seed) => {
            const strides = axes.map(({ stride }) => stride)
            const kernel = axes.map(({ kernel }, at) => strides[at]! + kernel - 1)
            return checkGradient({
              define: (g, values) => g.op('ConvTranspose', values, { auto_pad, strides, group }),
              shapes: [[2, 2 * group, ...axes.map(({ input }) => input)], [2 * group, 1, ...kernel], [group]],
              step: 0.5,
              seed,
            })
          },
        ),
        { numRuns: 20 },
      )
    },
  )

  it.each([1, 2])('to any output_shape over %i spatial axes', async (rank) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: rank, maxLength: rank }),
        fc.constantFrom('NOTSET', 'SAME_UPPER', 'SAME_LOWER'),
        seed,
        (axes, auto_pad, seed) =>
          checkGradient({
            define: (g, values) =>
              g.op('ConvTranspose', values, {
                auto_pad,
                strides: axes.map(({ stride }) => stride),
                dilations: axes.map(({ dilation }) => dilation),
                output_shape: axes.map(
                  ({ input, kernel, stride, dilation, begin, end, extra }) =>
                    (input - 1) * stride +
                    (kernel - 1) * dilation +
                    1 +
                    Math.min(extra, stride - 1) -
                    Math.min(begin + end, kernel - 1),
                ),
              }),
            shapes: [
              [2, 2, ...axes.map(({ input }) => input)],
              [2, 3, ...axes.map(({ kernel }) => kernel)],
            ],
            step: 0.5,
            seed,
          }),
      ),
      { numRuns: 25 },
    )
  })
})
