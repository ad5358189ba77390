import { describe, expect, it } from 'vitest'

import { smallBatch, smallNetwork, smallNetworkShapes } from '../testing/small-network.ts'
import { trainSteps } from '../testing/train-steps.ts'
import { tensorsOf } from '../testing/trainer.ts'
import { trainingGraph } from '../training-graph.ts'

const settings = { dims: { batch: 5 }, loss: 'mse', optimiser: { kind: 'sgd' } } as const
const names = Object.keys(smallNetworkShapes)

describe('proximal', () => {
  it('names an input for the start of each trained tensor', () => {
    const { parameters, metrics } = trainingGraph(smallNetwork(), { ...settings, proximal: 0.1 })
    expect(parameters.map(({ anchor }) => anchor)).toEqual(names.map((name) => `${name}/anchor`))
    expect(metrics).toEqual(['mae', 'proximal'])
    const plain = trainingGraph(smallNetwork(), { ...settings, proximal: 0 })
    expect(plain.parameters.some((slot) => 'anchor' in slot)).toBe(false)
  })

  it('adds mu / 2 ||w - w0||^2 to the loss and mu (w - w0) to the gradient', async () => {
    const model = smallNetwork()
    const [mu, rate] = [0.7, 0.3]
    const batches = [smallBatch(5, 1), smallBatch(5, 2)]
    const plain = trainingGraph(model, settings)
    const [one, two] = [
      await trainSteps(model, plain, batches.slice(0, 1), rate),
      await trainSteps(model, plain, batches, rate),
    ]
    const pulled = await trainSteps(model, trainingGraph(model, { ...settings, proximal: mu }), batches, rate)
    const start = tensorsOf(model)
    let squares = 0
    for (const name of names) {
      for (const [i, value] of pulled.tensors[name]!.data.entries()) {
        // At the start there is nothing to pull back, so the first steps are alike.
        const drift = one.tensors[name]!.data[i]! - start[name]!.data[i]!
        squares += drift ** 2
        expect(value).toBeCloseTo(two.tensors[name]!.data[i]! - rate * mu * drift, 6)
      }
    }
    expect(squares).toBeGreaterThan(0.001)
    expect(pulled.outputs[0]!['proximal']![0]).toBe(0)
    expect(pulled.outputs[1]!['proximal']![0]).toBeCloseTo((mu / 2) * squares, 6)
    expect(pulled.outputs[1]!['loss']![0]).toBeCloseTo(two.outputs[1]!['loss']![0]! + (mu / 2) * squares, 6)
  })
})
