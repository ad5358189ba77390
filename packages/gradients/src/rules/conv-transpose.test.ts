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
})
