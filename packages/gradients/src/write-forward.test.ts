import { graphBuilder } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { trainingGraph } from './training-graph.ts'

describe('the forward part of a step', () => {
  it('refuses sizes with which nodes of the model cannot run', () => {
    const g = graphBuilder('wide')
    const x = g.input('x', 'float32', ['batch', 'width'])
    g.output('y', g.op('MatMul', [x, g.parameter('w', 'float32', [2, 1], [1, 2])]), 'float32', ['batch', 1])
    const model = g.build()
    expect(() =>
      trainingGraph(model, { dims: { batch: 4, width: 3 }, loss: 'mse', optimiser: { kind: 'sgd' } }),
    ).toThrow(
      expect.objectContaining({
        code: 'ONNX_INVALID',
        message: expect.stringMatching(/MatMul .*\[4, 3\].*\[2, 1\]: 3 and 2 do not meet/),
      }),
    )
  })
})
