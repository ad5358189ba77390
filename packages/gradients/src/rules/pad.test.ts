import fc from 'fast-check'
import { describe, it } from 'vitest'

import { seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

const between = (min: number, max: number) => fc.integer({ min, max })
const step = 0.5

describe('Pad', () => {
  it('with borders of either sign', async () => {
    const axis = fc.record({ size: between(4, 6), begin: between(-1, 2), end: between(-2, 2) })
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 3 }), seed, (axes, seed) => {
        const pads = [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)]
        return checkGradient({
          define: (g, [x], dtype) => g.op('Pad', [x!, g.ints(pads), g.scalar(2, dtype)]),
          shapes: [axes.map(({ size }) => size)],
          step,
          seed,
        })
      }),
      { numRuns: 20 },
    )
  })

  it('of some axes', async () => {
    await checkGradient({
      define: (g, [x]) => g.op('Pad', [x!, g.ints([1, 2, 0, 3]), undefined, g.ints([-1, 0])]),
      shapes: [[2, 3, 4]],
      opset: 18,
      step,
      seed: 1,
    })
  })

  it('gives the number that fills the gradient of the borders', async () => {
    await checkGradient({
      define: (g, [x, fill]) => g.op('Pad', [x!, g.ints([1, 2, 0, -1]), fill!]),
      shapes: [[2, 3], []],
      step,
      seed: 2,
    })
  })

  it.each(['reflect', 'edge', 'wrap'])('with borders that repeat: %s', async (mode) => {
    const axis = between(1, 4).chain((size) => {
      const most = mode === 'reflect' ? size - 1 : size
      return fc.record({ size: fc.constant(size), begin: between(0, most), end: between(0, most) })
    })
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 3 }), seed, (axes, seed) => {
        const pads = [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)]
        return checkGradient({
          define: (g, [x]) => g.op('Pad', [x!, g.ints(pads)], { mode }),
          shapes: [axes.map(({ size }) => size)],
          opset: 19,
          step,
          seed,
        })
      }),
      { numRuns: 20 },
    )
  })
})
