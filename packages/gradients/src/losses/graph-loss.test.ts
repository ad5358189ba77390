import { graphBuilder, type GraphBuilder, type Value } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { type Numbers, runModel } from '../testing/run-model.ts'
import { trainingGraph } from '../training-graph.ts'

type Define = (g: GraphBuilder, output: Value, targets: Value) => void

/** A loss of predictions [batch, 2] and targets [batch, 2], whose names the trained model uses as well. */
function lossModel(define: Define, { opset = 17, shape = ['batch', 2] as (string | number)[] } = {}) {
  const g = graphBuilder('loss', { opset })
  define(g, g.input('x', 'float32', shape), g.input('targets', 'float32', ['batch', 2]))
  return g.build()
}

/** Mean of w |tanh(x) - t|^3, with a metric. */
const cubic: Define = (g, output, targets) => {
  const w = g.parameter('w', 'float32', [2], [1, 3])
  const [difference] = g.ops('Sub', [g.op('Tanh', [output]), targets], ['y'])
  const cubes = g.op('Pow', [g.op('Abs', [difference]), g.scalar(3)])
  const mean = g.op('ReduceMean', [g.op('Mul', [w, cubes])], { axes: [0, 1], keepdims: 0 })
  g.output('loss', mean, 'float32', [])
  g.output('farthest', g.op('ReduceMax', [g.op('Abs', [difference])], { keepdims: 0 }), 'float32', [])
}

const model = (() => {
  const g = graphBuilder('model')
  const w = g.parameter('w', 'float32', [2, 2], [0.5, -1, 2, 0.3])
  g.output('y', g.op('MatMul', [g.input('x', 'float32', ['batch', 2]), w]), 'float32', ['batch', 2])
  return g.build()
})()

const settings = { dims: { batch: 2 }, loss: { kind: 'graph' }, optimiser: { kind: 'sgd' } } as const

describe('a loss of the user', () => {
  it('is differentiated by the same rules, and its names are kept apart', async () => {
    const graph = trainingGraph(model, { ...settings, lossGraph: lossModel(cubic) })
    expect(graph).toMatchObject({ loss: 'loss', metrics: ['farthest'] })
    expect(graph.targets).toMatchObject({ name: 'targets', dtype: 'float32', shape: [2, 2] })
    const start = [0.5, -1, 2, 0.3]
    const x = [0.1, -0.4, 0.8, 0.2]
    const targets = [0.5, 1, -1, 0]
    const differences = (w: readonly number[]): number[] =>
      targets.map((target, i) => {
        const [row, column] = [Math.floor(i / 2), i % 2]
        return Math.tanh(x[2 * row]! * w[column]! + x[2 * row + 1]! * w[2 + column]!) - target
      })
    const lossAt = (w: readonly number[]): number =>
      differences(w).reduce((sum, d, i) => sum + ([1, 3][i % 2]! * Math.abs(d) ** 3) / 4, 0)
    const square = (data: number[]): Numbers => ({ shape: [2, 2], data: Float32Array.from(data) })
    const one: Numbers = { shape: [], data: Float32Array.of(1) }
    const [results] = await runModel(graph.model, {
      x: square(x),
      targets: square(targets),
      w: square(start),
      learning_rate: one,
      step: one,
    })
    expect(results!['loss']![0]).toBeCloseTo(lossAt(start), 5)
    expect(results!['farthest']![0]).toBeCloseTo(Math.max(...differences(start).map(Math.abs)), 5)
    const h = 1e-5
    for (const [i, value] of start.entries()) {
      const slope = (lossAt(start.with(i, value + h)) - lossAt(start.with(i, value - h))) / (2 * h)
      expect(value - results!['w/next']![i]!).toBeCloseTo(slope, 5)
    }
  })

  const sum = (g: GraphBuilder, value: Value): Value => g.op('ReduceSum', [value], { keepdims: 0 })
  it.each<[string, ReturnType<typeof lossModel> | undefined, string, RegExp]>([
    ['no model', undefined, 'CONFIG_INVALID', /needs its ONNX model/],
    [
      'a third input',
      lossModel((g, x, t) => {
        const more = g.op('Mul', [g.input('weights', 'float32', ['batch', 2]), g.op('Sub', [x, t])])
        g.output('loss', sum(g, more), 'float32', [])
      }),
      'CONFIG_INVALID',
      /has inputs "x", "targets", "weights"/,
    ],
    [
      'targets that it does not read',
      lossModel((g, x) => g.output('loss', sum(g, x), 'float32', [])),
      'CONFIG_INVALID',
      /does not depend on both/,
    ],
    [
      'a loss for each example',
      lossModel((g, x, t) => g.output('loss', g.op('Sub', [x, t]), 'float32', ['batch', 2])),
      'CONFIG_INVALID',
      /gives "loss" of shape \[2, 2\]/,
    ],
    ['an output of another shape', lossModel(cubic, { shape: ['batch', 1] }), 'CONFIG_INVALID', /\[2, 1\]/],
    [
      'a newer operator set',
      lossModel(cubic, { opset: 18 }),
      'ONNX_UNSUPPORTED',
      /operator set 18, which is newer than the 17/,
    ],
    [
      'an operator without gradient',
      lossModel((g, x, t) => {
        const odd = g.op('Shrink', [x], {}, { dtype: 'float32', shape: ['batch', 2] })
        g.output('loss', sum(g, g.op('Sub', [odd, t])), 'float32', [])
      }),
      'GRADIENT_UNSUPPORTED',
      /Shrink of .* has no gradient/,
    ],
    [
      'whole numbers',
      lossModel((g, x, t) => {
        const whole = g.op('Cast', [g.op('Sub', [x, t])], { to: 6 }, { dtype: 'int32', shape: ['batch', 2] })
        g.output(
          'loss',
          g.op('ReduceSum', [whole], { keepdims: 0 }, { dtype: 'int32', shape: [] }),
          'int32',
          [],
        )
      }),
      'CONFIG_INVALID',
      /gives "loss" of int32/,
    ],
  ])('refuses %s', (_, lossGraph, code, message) => {
    expect(() => trainingGraph(model, { ...settings, lossGraph })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })
})
