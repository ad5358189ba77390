import { describe, it } from 'vitest'

import { awayFromKinks, checkGradient } from '../testing/check-gradient.ts'

const shape = [3, 4, 5]

describe('activations', () => {
  it('Relu away from zero', async () => {
    await checkGradient({
      define: (g, values) => g.op('Relu', values),
      shapes: [shape],
      output: shape,
      step: 1e-2,
      draw: awayFromKinks,
      seed: 1,
    })
  })

  it.each(['Sigmoid', 'Tanh'])('%s', async (type) => {
    await checkGradient({
      define: (g, values) => g.op(type, values),
      shapes: [shape],
      output: shape,
      step: 1e-2,
      seed: 2,
    })
  })

  it.each(['Softmax', 'LogSoftmax'])('%s along every axis', async (type) => {
    for (const axis of [0, 1, 2, -1, undefined]) {
      await checkGradient({
        define: (g, values) => g.op(type, values, { axis }),
        shapes: [shape],
        output: shape,
        step: 1e-2,
        seed: 3,
      })
    }
  })
})
