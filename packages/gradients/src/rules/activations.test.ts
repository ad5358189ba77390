import { describe, it } from 'vitest'

import { checkGradient } from '../testing/check-gradient.ts'

const shape = [3, 4, 5]

describe('activations', () => {
  it.each(['Sigmoid', 'Tanh', 'Softplus'])('%s', async (type) => {
    await checkGradient({
      define: (g, values) => g.op(type, values),
      shapes: [shape],
      output: shape,
      step: 1e-2,
      seed: 2,
    })
  })

  it.each(['none', 'tanh'])('Gelu, approximated by: %s', async (approximate) => {
    await checkGradient({
      define: (g, [x], dtype) => g.op('Gelu', [g.op('Mul', [x!, g.scalar(3, dtype)])], { approximate }),
      shapes: [shape],
      opset: 20,
      step: 3e-3,
      seed: 4,
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
