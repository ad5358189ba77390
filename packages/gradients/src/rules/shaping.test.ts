import { describe, it } from 'vitest'

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
})
