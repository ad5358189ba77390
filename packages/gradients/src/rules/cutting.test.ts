import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

const between = (min: number, max: number) => fc.integer({ min, max })
const step = 0.5

/** One axis, and a slice of it that takes something. */
const cut = between(1, 7).chain((size) =>
  fc
    .record({ from: between(0, size - 1), to: between(0, size - 1), step: between(1, 3), wrap: fc.boolean() })
    .map(({ from, to, step, wrap }) => ({
      size,
      start: wrap ? from - size : from,
      // One place further, which before the first element is written as beyond the front.
      end: to >= from ? to + 1 : to === 0 ? -99 : to - 1,
      step: to >= from ? step : -step,
    })),
)

describe('cutting', () => {
  it('Concat of three along any axis', async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, between(0, 3), between(1, 3), seed, (shape, place, size, seed) => {
        const axis = (place % shape.length) - (size === 1 ? shape.length : 0)
        return checkGradient({
          define: (g, [x, y]) => g.op('Concat', [x!, y!, x!], { axis }),
          shapes: [shape, shape.with(axis, size)],
          step,
          seed,
        })
      }),
      { numRuns: 20 },
    )
  })

  it('Split by sizes along any axis, with a part that nothing depends on', async () => {
    const sizes = fc.tuple(between(1, 3), between(1, 3), between(1, 3))
    await fc.assert(
      fc.asyncProperty(anyShape, between(0, 3), sizes, seed, (shape, place, sizes, seed) => {
        const axis = place % shape.length
        return checkGradient({
          define: (g, [x]) => {
            const [first, , last] = g.ops('Split', [x!, g.ints(sizes)], 3, { axis })
            return g.op('Concat', [last!, g.op('Mul', [first!, first!])], { axis })
          },
          shapes: [shape.with(axis, sizes[0] + sizes[1] + sizes[2])],
          step,
          seed,
        })
      }),
      { numRuns: 20 },
    )
  })

  it.each([13, 18])(
    'Split into equal parts in operator set %i, the last one smaller where it may be',
    async (opset) => {
      await fc.assert(
        fc.asyncProperty(between(1, 3), between(1, 3), between(0, 1), seed, (parts, size, less, seed) => {
          // Only newer operator sets cut unevenly unless told the sizes.
          const whole = opset < 18 || parts === 1 || size === 1 ? parts * size : parts * size - less
          return checkGradient({
            define: (g, [x]) => {
              const attributes = opset < 18 ? { axis: -1 } : { axis: -1, num_outputs: parts }
              const cuts = g.ops('Split', [x!], parts, attributes)
              return g.op('Concat', [...cuts.toReversed(), cuts[0]!], { axis: 1 })
            },
            shapes: [[2, whole]],
            opset,
            step,
            seed,
          })
        }),
        { numRuns: 10 },
      )
    },
  )

  it('Slice of any axes, forwards and backwards, by any steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 3 }), seed, (cuts, seed) =>
        checkGradient({
          define: (g, [x]) => {
            const list = (of: (cut: (typeof cuts)[number], axis: number) => number) => g.ints(cuts.map(of))
            const axes = list((_, axis) => axis - cuts.length)
            return g.op('Slice', [
              x!,
              list(({ start }) => start),
              list(({ end }) => end),
              axes,
              list(({ step }) => step),
            ])
          },
          shapes: [[2, ...cuts.map(({ size }) => size)]],
          step,
          seed,
        }),
      ),
      { numRuns: 40 },
    )
  })
})
