import fc from 'fast-check'
import { describe, it } from 'vitest'

import { seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

describe('shaping', () => {
  it.each([
    ['Identity', [2, 3, 4]],
    ['Dropout', [2, 3, 4]],
    ['Flatten', [2, 12]],
  ])('%s', async (type, output) => {
    await checkGradient({
      define: (g, values) => g.op('Tanh', [g.op(type, values)]),
      shapes: [[2, 3, 4]],
      output,
      step: 1e-2,
      seed: 1,
    })
  })

  it.each([
    [
      [4, 6],
      [4, 6],
    ],
    [
      [0, -1],
      [2, 12],
    ],
    [
      [2, 1, 12],
      [2, 1, 12],
    ],
  ])('Reshape to %j', async (to, output) => {
    await checkGradient({
      define: (g, [x]) => g.op('Tanh', [g.op('Reshape', [x!, g.ints(to)])]),
      shapes: [[2, 3, 4]],
      output,
      step: 1e-2,
      seed: 2,
    })
  })

  it.each([
    ['Squeeze', [1, 3], [2, 4]],
    ['Squeeze', [-1], [2, 1, 4]],
    ['Unsqueeze', [0, -1], [1, 2, 1, 4, 1, 1]],
  ])('%s of axes %j', async (type, axes, output) => {
    await checkGradient({
      define: (g, [x]) => g.op('Tanh', [g.op(type, [x!, g.ints(axes)])]),
      shapes: [[2, 1, 4, 1]],
      output,
      step: 1e-2,
      seed: 3,
    })
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
    await checkGradient({
      define: (g, [x]) => g.op('Cast', [g.op('Exp', [g.op('Cast', [x!], { to: 11 })])], { to: 1 }),
      only: 'float32',
      shapes: [[2, 3]],
      step: 1e-2,
      seed: 4,
    })
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
