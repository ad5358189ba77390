import { graphBuilder } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { smallBatch, smallNetwork } from '../testing/small-network.ts'
import { trainSteps } from '../testing/train-steps.ts'
import { trainingGraph } from '../training-graph.ts'

const good = { ...smallBatch(4, 1) }

describe('a step that is not finite', () => {
  it.each([
    [
      'an input that is not a number',
      { ...good, x: { shape: [4, 3], data: new Float32Array(12).fill(NaN) } },
    ],
    [
      'an infinite target',
      { ...good, targets: { shape: [4, 2], data: new Float32Array(8).fill(-Infinity) } },
    ],
  ])('changes no parameter and no state: %s', async (_, bad) => {
    const model = smallNetwork()
    for (const accumulate of [1, 2]) {
      const graph = trainingGraph(model, {
        dims: { batch: 4 },
        loss: 'mse',
        optimiser: { kind: 'adam' },
        weightDecay: 0.1,
        accumulate,
      })
      const [before, after] = [
        await trainSteps(model, graph, [good, good, good], 0.1),
        await trainSteps(model, graph, [good, good, good, bad], 0.1),
      ]
      expect(after.tensors).toEqual(before.tensors)
      expect(Number.isFinite(after.outputs[3]!['loss']![0])).toBe(false)
    }
  })

  it('also where only the gradient is not finite', async () => {
    const g = graphBuilder('root')
    const w = g.parameter('w', 'float32', [2], [0, 4])
    g.output('y', g.op('Mul', [g.op('Sqrt', [w]), g.input('x', 'float32', [2])]), 'float32', [2])
    const model = g.build()
    const graph = trainingGraph(model, { loss: 'mse', optimiser: { kind: 'sgd' }, clipNorm: 1 })
    const ones = { shape: [2], data: Float32Array.of(1, 1) }
    const { tensors, outputs } = await trainSteps(model, graph, [{ x: ones, targets: ones }], 0.1)
    expect(outputs[0]!['loss']![0]).toBe(1)
    expect(tensors['w']!.data).toEqual(Float32Array.of(0, 4))
  })

  it('keeps running averages as well', async () => {
    const g = graphBuilder('normalised')
    const inputs = ['scale', 'shift', 'mean', 'variance'].map((name) =>
      g.parameter(name, 'float32', [2], [1, 1]),
    )
    g.output('y', g.op('BatchNormalization', [g.input('x', 'float32', [3, 2]), ...inputs]), 'float32', [3, 2])
    const model = g.build()
    const graph = trainingGraph(model, { loss: 'mse', optimiser: { kind: 'sgd' }, batchStatistics: true })
    const bad = { shape: [3, 2], data: Float32Array.of(1, 2, NaN, 4, 5, 6) }
    const { tensors } = await trainSteps(model, graph, [{ x: bad, targets: bad }], 0.1)
    for (const name of ['scale', 'mean', 'variance'])
      expect(tensors[name]!.data).toEqual(Float32Array.of(1, 1))
  })
})
