import fc from 'fast-check'
import { describe, it } from 'vitest'

import { checkGradient } from '../testing/check-gradient.ts'

const between = (min: number, max: number) => fc.integer({ min, max })

/** One spatial axis on which at least one window fits. */
const axis = fc
  .record({
    kernel: between(1, 3),
    stride: between(1, 3),
    dilation: between(1, 2),
    begin: between(0, 2),
    end: between(0, 2),
    extra: between(0, 4),
  })
  .map((a) => {
    const reach = (a.kernel - 1) * a.dilation + 1
    const input = Math.max(1, reach - a.begin - a.end) + a.extra
    return { ...a, input, output: Math.floor((input + a.begin + a.end - reach) / a.stride) + 1 }
  })

const seed = fc.integer()

describe('Conv', () => {
  it.each([1, 2])('over %i spatial axes with any strides, dilations, pads and groups', async (rank) => {
    const axes = fc.array(axis, { minLength: rank, maxLength: rank })
    await fc.assert(
      fc.asyncProperty(
        axes,
        between(1, 3),
        fc.constantFrom(1, 1, 2, 3),
        between(1, 6), // kernels of few channels go another way than those of many
        between(1, 2),
        fc.boolean(),
        seed,
        (axes, batch, group, inputs, outputs, bias, seed) => {
          const shapes = [
            [batch, group * inputs, ...axes.map((a) => a.input)],
            [group * outputs, inputs, ...axes.map((a) => a.kernel)],
          ]
          const attributes = {
            group,
            strides: axes.map((a) => a.stride),
            dilations: axes.map((a) => a.dilation),
            pads: [...axes.map((a) => a.begin), ...axes.map((a) => a.end)],
          }
          return checkGradient({
            define: (g, values) => g.op('Conv', values, attributes),
            shapes: bias ? [...shapes, [group * outputs]] : shapes,
            output: [batch, group * outputs, ...axes.map((a) => a.output)],
            step: 0.5,
            seed,
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each(['SAME_UPPER', 'SAME_LOWER', 'VALID'])('with auto_pad %s', async (auto_pad) => {
    await fc.assert(
      fc.asyncProperty(between(5, 8), between(1, 4), between(1, 3), seed, (side, kernel, stride, seed) => {
        const out = auto_pad === 'VALID' ? Math.floor((side - kernel) / stride) + 1 : Math.ceil(side / stride)
        return checkGradient({
          define: (g, values) => g.op('Conv', values, { auto_pad, strides: [stride, stride] }),
          shapes: [
            [2, 2, side, side],
            [3, 2, kernel, kernel],
          ],
          output: [2, 3, out, out],
          step: 0.5,
          seed,
        })
      }),
      { numRuns: 20 },
    )
  })
})
