import { graphBuilder } from '@homing/onnx'
import type { OptimiserSettings } from '@homing/protocol'
import { describe, expect, it } from 'vitest'

import type { Numbers } from '../testing/run-model.ts'
import { trainSteps } from '../testing/train-steps.ts'
import { trainingGraph } from '../training-graph.ts'

const start = [0.5, -1, 2]
const targets = [1, 0.25, -0.5]
const [rate, steps] = [0.1, 5]

/** y = x w, of which x is all ones: the gradient of the mean squared error is 2 (w - t) / 3. */
const model = (() => {
  const g = graphBuilder('row')
  const w = g.parameter('w', 'float32', [1, 3], start)
  g.output('y', g.op('Mul', [g.input('x', 'float32', [1, 3]), w]), 'float32', [1, 3])
  return g.build()
})()
const row = (data: readonly number[]): Numbers => ({ shape: [1, 3], data: Float32Array.from(data) })
const batch = { x: row([1, 1, 1]), targets: row(targets) }

/** A step as its paper states it, on one number, in float64: what it takes away, having changed its state. */
type Step = (state: Record<string, number>, gradient: number, t: number) => number

const momentumStep =
  (decay: number, nesterov: boolean): Step =>
  (state, g) => {
    state['v'] = decay * (state['v'] ?? 0) + g
    return rate * (nesterov ? g + decay * state['v'] : state['v'])
  }

const adamStep =
  (beta1: number, beta2: number, epsilon: number): Step =>
  (state, g, t) => {
    state['m'] = beta1 * (state['m'] ?? 0) + (1 - beta1) * g
    state['v'] = beta2 * (state['v'] ?? 0) + (1 - beta2) * g * g
    const [mean, square] = [state['m'] / (1 - beta1 ** t), state['v'] / (1 - beta2 ** t)]
    return (rate * mean) / (Math.sqrt(square) + epsilon)
  }

describe('optimisers', () => {
  it.each<[OptimiserSettings, Step]>([
    [{ kind: 'sgd' }, (_, g) => rate * g],
    [{ kind: 'momentum' }, momentumStep(0.9, false)],
    [{ kind: 'momentum', decay: 0.5 }, momentumStep(0.5, false)],
    [{ kind: 'momentum', decay: 0.7, nesterov: true }, momentumStep(0.7, true)],
    [{ kind: 'adam' }, adamStep(0.9, 0.999, 1e-8)],
    [{ kind: 'adam', beta1: 0.5, beta2: 0.8, epsilon: 0.1 }, adamStep(0.5, 0.8, 0.1)],
  ])('go where their papers say, with and without decay and limit: %j', async (optimiser, step) => {
    for (const weightDecay of [0, 0.3])
      for (const clipNorm of [undefined, 0.4]) {
        const w = [...start]
        const states = w.map(() => ({}))
        for (let t = 1; t <= steps; t++) {
          const gradients = w.map((value, i) => (2 / 3) * (value - targets[i]!))
          const factor = clipNorm ? Math.min(1, clipNorm / Math.hypot(...gradients)) : 1
          for (const [i, g] of gradients.entries())
            w[i] = w[i]! * (1 - rate * weightDecay) - step(states[i]!, factor * g, t)
        }
        const graph = trainingGraph(model, { loss: 'mse', optimiser, weightDecay, clipNorm })
        const { tensors } = await trainSteps(model, graph, new Array(steps).fill(batch), rate)
        for (const [i, value] of w.entries()) expect(tensors['w']!.data[i]).toBeCloseTo(value, 5)
      }
  })
})
