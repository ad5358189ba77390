import { graphBuilder } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { runModel } from '../testing/run-model.ts'
import { trainingGraph } from '../training-graph.ts'

describe('an update', () => {
  it.each(['sgd', 'momentum', 'adam'] as const)('trains models in float64 by %s', async (kind) => {
    const g = graphBuilder('double')
    const w = g.parameter('w', 'float64', [2, 1], [0.5, -1])
    g.output('y', g.op('MatMul', [g.input('x', 'float64', ['batch', 2]), w]), 'float64', ['batch', 1])
    const options = {
      dims: { batch: 2 },
      loss: 'mse' as const,
      weightDecay: 0.1,
      clipNorm: 1,
      proximal: 0.1,
      accumulate: 2,
    }
    const graph = trainingGraph(g.build(), { ...options, optimiser: { kind } })
    const double = (shape: number[], ...data: number[]) => ({ shape, data: Float64Array.from(data) })
    const zeros = graph.parameters[0]!.state.map(({ input }) => [input, double([2, 1], 0, 0)] as const)
    const [results] = await runModel<Float64Array>(graph.model, {
      x: double([2, 2], 1, 2, -1, 0.5),
      targets: double([2, 1], 1, 0),
      w: double([2, 1], 0.5, -1),
      [graph.parameters[0]!.anchor!]: double([2, 1], 0.5, -1),
      ...Object.fromEntries(zeros),
      [graph.learningRate]: { shape: [], data: Float32Array.of(0.1) },
      [graph.step]: { shape: [], data: Float32Array.of(2) },
    })
    expect(results!['w/next']).toBeInstanceOf(Float64Array)
    expect(results!['w/next']![1]).toBeGreaterThan(-1)
  })
})
