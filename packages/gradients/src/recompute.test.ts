import { graphBuilder, type ModelProto } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { numbers } from './testing/numbers.ts'
import { watchWasmHeap } from './testing/wasm-heap.ts'
import type { TrainingOptions } from './training/training-options.ts'

const heap = watchWasmHeap()
// The engine makes its memory when it is imported, by then it must be watched.
const { trainSteps } = await import('./testing/train-steps.ts')
const { trainingGraph } = await import('./training-graph.ts')

const settings = { loss: 'mse', optimiser: { kind: 'sgd' } } as const

/** Layers of a product and tanh, x [batch, width] -> y of that shape. */
function chain(layers: number, batch: number, width: number): ModelProto {
  const g = graphBuilder('chain')
  let x = g.input('x', 'float32', [batch, width])
  for (let layer = 0; layer < layers; layer++) {
    const weight = g.parameter(`w${layer}`, 'float32', [width, width], numbers([width, width], layer).data)
    x = g.op('Tanh', [g.op('MatMul', [x, weight])])
  }
  g.output('y', x, 'float32', [batch, width])
  return g.build()
}

/** Residual blocks with normalisation over embeddings of the input, then pooling: ways around, whole numbers, several outputs. */
function blocks(): ModelProto {
  const g = graphBuilder('blocks')
  const parameter = (name: string, shape: number[]) =>
    g.parameter(name, 'float32', shape, numbers(shape, name.length).data)
  const words = g.op('Gather', [parameter('table', [5, 24]), g.input('x', 'int32', [2, 6])])
  let x = g.op('Reshape', [words, g.ints([2, 4, 6, 6])])
  for (const block of ['a', 'bb', 'ccc', 'dddd']) {
    const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((role) =>
      g.parameter(`${block}.${role}`, 'float32', [4], [1, 1, 1, 1]),
    )
    const conv = g.op('Conv', [x, parameter(`${block}.w`, [4, 4, 3, 3])], { pads: [1, 1, 1, 1] })
    const normal = g.op('BatchNormalization', [conv, scale, shift, mean, variance])
    const [left, right] = g.ops('Split', [g.op('Relu', [normal]), g.ints([2, 2])], 2, { axis: 1 })
    x = g.op('Add', [x, g.op('Concat', [right, left], { axis: 1 })])
  }
  const pooled = g.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] })
  g.output('y', g.op('Flatten', [pooled]), 'float32', [2, 16])
  return g.build()
}

const batchOf = (model: ModelProto, options: Partial<TrainingOptions> = {}) => {
  const { batch, targets } = trainingGraph(model, { ...settings, ...options })
  const [x] = batch
  const data = x!.dtype === 'int32' ? Int32Array.from({ length: 12 }, (_, i) => (3 * i) % 5) : undefined
  return {
    x: data ? { shape: x!.shape, data } : numbers(x!.shape, 1),
    targets: numbers(targets.shape, 2),
  }
}

describe('recompute', () => {
  it.each<[string, ModelProto, Partial<TrainingOptions>]>([
    ['a chain', chain(9, 3, 4), {}],
    ['a chain of which the end is trained', chain(9, 3, 4), { trainable: ['w7', 'w8'] }],
    ['one layer', chain(1, 3, 4), {}],
    ['blocks', blocks(), {}],
    [
      'blocks on the statistics of the batch',
      blocks(),
      { batchStatistics: true, optimiser: { kind: 'adam' } },
    ],
  ])('gives the same steps bit for bit: %s', async (_, model, options) => {
    const feeds = batchOf(model, options)
    const [kept, again] = [
      await trainSteps(model, trainingGraph(model, { ...settings, ...options }), [feeds, feeds], 0.1),
      await trainSteps(
        model,
        trainingGraph(model, { ...settings, ...options, recompute: true }),
        [feeds, feeds],
        0.1,
      ),
    ]
    expect(again.outputs).toEqual(kept.outputs)
    for (const values of Object.values(kept.outputs[1]!)) expect(values.every(Number.isFinite)).toBe(true)
  })

  it('writes each node before the last segment once more, and nothing that is not needed', () => {
    const count = (recompute: boolean): number => {
      const { model } = trainingGraph(chain(16, 3, 4), { ...settings, recompute })
      return model.graph!.node.filter(({ opType }) => opType === 'Tanh').length
    }
    expect(count(false)).toBe(16)
    // 32 nodes make 6 segments; the tanh at the end of each of the first 5 is where the next one starts.
    expect(count(true)).toBeGreaterThan(16 + 6)
    expect(count(true)).toBeLessThan(2 * 16)
  })

  it('takes less memory', async () => {
    const model = chain(32, 2048, 64)
    const feeds = [batchOf(model)]
    await trainSteps(model, trainingGraph(model, { ...settings, recompute: true }), feeds, 0.1)
    const less = heap()
    await trainSteps(model, trainingGraph(model, settings), feeds, 0.1)
    expect(less).toBeGreaterThan(0)
    expect(less).toBeLessThan(0.7 * heap())
  })
})
