import { graphBuilder, makeTensor, type ModelProto, readModel, tensorHeader, writeModel } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { encoder, encoderSizes } from '../testing/models/encoder.ts'
import { numbers } from '../testing/numbers.ts'
import { runModel } from '../testing/run-model.ts'
import { trainSteps } from '../testing/train-steps.ts'
import { trainingGraph } from '../training-graph.ts'
import { mergeAdapters } from './merge-adapters.ts'
import { withAdapters } from './with-adapters.ts'

/** Every kind of weight: kernels (depthwise, 1x1, used twice), a Gemm stored transposed, one of alpha, a MatMul used twice. */
function network(): ModelProto {
  const g = graphBuilder('network')
  const weight = (name: string, shape: number[]) =>
    g.parameter(name, 'float32', shape, numbers(shape, name.length).data)
  const x = g.input('x', 'float32', ['batch', 4, 5, 5])
  const deep = g.op('Conv', [x, weight('deep', [8, 1, 3, 3])], {
    group: 4,
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  })
  const point = weight('point.w', [8, 8, 1, 1])
  const twice = g.op('Conv', [g.op('Tanh', [g.op('Conv', [deep, point, weight('point.b', [8])])]), point])
  const flat = g.op('GlobalAveragePool', [twice])
  const rows = g.op('Flatten', [flat])
  const body = g.op('Gemm', [rows, weight('body.w', [6, 8]), weight('body.bias', [6])], {
    transB: 1,
    beta: 0.5,
  })
  const square = weight('square', [6, 6])
  const again = g.op('MatMul', [g.op('Tanh', [g.op('MatMul', [body, square])]), square])
  const turned = g.op('Transpose', [again])
  const head = g.op('Gemm', [turned, weight('head', [6, 3])], { transA: 1, alpha: 2 })
  g.output('y', head, 'float32', ['batch', 3])
  return g.build()
}

const weights = ['deep', 'point.w', 'body.w', 'square', 'head']
const x = numbers([2, 4, 5, 5], 1)
const output = async (model: ModelProto): Promise<Float32Array> => (await runModel(model, { x }))[0]!['y']!
const distance = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

/** The model with other numbers in B, as training leaves them. */
function moved(model: ModelProto): ModelProto {
  const graph = model.graph!
  graph.initializer = graph.initializer.map((tensor, seed) => {
    const { shape } = tensorHeader(tensor)
    return tensor.name.endsWith('/lora_b')
      ? makeTensor(tensor.name, 'float32', shape, numbers(shape, seed).data)
      : tensor
  })
  return model
}

describe('adapters', () => {
  it('stand beside each weight, and change nothing at first', async () => {
    const model = network()
    const before = writeModel(model)
    const adapted = withAdapters(model, { weights: ['*'], rank: 3, alpha: 6, seed: 1 })
    expect(Buffer.compare(writeModel(model), before)).toBe(0)
    const tensors = new Map(
      adapted.graph!.initializer.map((tensor) => [tensor.name, tensorHeader(tensor).shape]),
    )
    expect(weights.map((name) => [tensors.get(`${name}/lora_a`), tensors.get(`${name}/lora_b`)])).toEqual([
      [
        [3, 9],
        [8, 3],
      ],
      [
        [3, 8],
        [8, 3],
      ],
      [
        [8, 3],
        [3, 6],
      ],
      [
        [6, 3],
        [3, 6],
      ],
      [
        [6, 3],
        [3, 3],
      ],
    ])
    expect(await output(adapted)).toEqual(await output(model))
    const same = withAdapters(model, { weights: ['*'], rank: 3, alpha: 6, seed: 1 })
    const other = withAdapters(model, { weights: ['*'], rank: 3, alpha: 6, seed: 2 })
    expect(Buffer.compare(writeModel(same), writeModel(adapted))).toBe(0)
    expect(Buffer.compare(writeModel(other), writeModel(adapted))).not.toBe(0)
  })

  it('merge into the weights and leave no trace', async () => {
    const model = network()
    const adapted = moved(withAdapters(model, { weights: ['*'], rank: 2, alpha: 3, seed: 1 }))
    const merged = mergeAdapters(readModel(writeModel(adapted)))
    const [plain, apart, together] = [await output(model), await output(adapted), await output(merged)]
    expect(distance(apart, plain)).toBeGreaterThan(0.1)
    expect(distance(together, apart)).toBeLessThan(1e-5)
    const structure = ({ graph }: ModelProto) => ({
      nodes: graph!.node,
      tensors: graph!.initializer.map(({ name, dims, dataType }) => ({ name, dims, dataType })),
    })
    expect(structure(merged)).toEqual(structure(model))
    const others = ({ graph }: ModelProto) => graph!.initializer.filter(({ name }) => !weights.includes(name))
    expect(others(merged)).toEqual(others(model))
  })

  it('are trained alone', async () => {
    const model = withAdapters(network(), { weights: ['square', 'deep'], rank: 2, seed: 1 })
    const graph = trainingGraph(model, {
      dims: { batch: 2 },
      loss: 'mse',
      optimiser: { kind: 'adam' },
      trainable: ['*/lora_*'],
    })
    expect(graph.parameters.map(({ input }) => input)).toEqual([
      'deep/lora_a',
      'deep/lora_b',
      'square/lora_a',
      'square/lora_b',
    ])
    const batch = { x, targets: numbers([2, 3], 2) }
    const { outputs } = await trainSteps(model, graph, new Array(40).fill(batch), 0.03)
    expect(outputs.at(-1)!['loss']![0]).toBeLessThan(outputs[0]!['loss']![0]! / 2)
  })

  it('stand beside every product of a transformer, over batches of sequences', async () => {
    const model = encoder()
    const adapted = withAdapters(model, { weights: ['layer*.weight', 'head.*'], rank: 2, seed: 1 })
    const words = {
      x: { shape: [2, encoderSizes.tokens], data: Int32Array.from({ length: 10 }, (_, i) => i) },
    }
    const graph = trainingGraph(adapted, {
      dims: { batch: 2 },
      loss: 'softmax-cross-entropy',
      optimiser: { kind: 'adam' },
      trainable: ['*/lora_*'],
    })
    const batch = { ...words, targets: { shape: [2], data: Int32Array.of(1, 3) } }
    const { outputs, tensors } = await trainSteps(adapted, graph, new Array(15).fill(batch), 0.02)
    expect(outputs.at(-1)!['loss']![0]).toBeLessThan(outputs[0]!['loss']![0]! / 2)
    const trained = adapted.graph!
    trained.initializer = trained.initializer.map((tensor) => {
      const now = tensors[tensor.name]
      return now ? makeTensor(tensor.name, 'float32', [...now.shape], now.data) : tensor
    })
    const [apart] = await runModel(adapted, words)
    const [together] = await runModel(mergeAdapters(adapted), words)
    expect(distance(apart!['logits']!, together!['logits']!)).toBeLessThan(1e-5)
  })

  it.each([
    [
      'a pattern that names no weight',
      { weights: ['square', 'point.b'] },
      /No weight .* is called "point.b"/,
    ],
    ['no pattern', { weights: [] }, /No weight/],
    ['a rank that is too large', { rank: 7 }, /adapter of "square" is a whole number from 1 to 6, not 7/],
    ['a rank of 0', { rank: 0 }, /from 1 to 6, not 0/],
    ['a rank that is no whole number', { rank: 1.5 }, /from 1 to 6, not 1.5/],
    ['an alpha of 0', { alpha: 0 }, /Alpha must be above 0/],
  ])('refuse %s', (_, options, message) => {
    expect(() => withAdapters(network(), { weights: ['square'], rank: 2, seed: 1, ...options })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('refuse to stand upon one another, and to be merged where there are none', () => {
    const adapted = withAdapters(network(), { weights: ['square'], rank: 2, seed: 1 })
    const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' })
    expect(() => withAdapters(adapted, { weights: ['deep'], rank: 2, seed: 1 })).toThrow(invalid)
    expect(() => mergeAdapters(network())).toThrow(invalid)
  })

  it('do not take weights that are used in different ways, or names that are taken', () => {
    const g = graphBuilder('odd')
    const square = (name: string) => g.parameter(name, 'float32', [2, 2], [1, 2, 3, 4])
    const [w, v] = [square('w'), square('v')]
    const both = g.op('MatMul', [w, g.op('Gemm', [g.input('x', 'float32', [2, 2]), w])])
    const turned = g.op('Gemm', [g.op('Gemm', [both, v]), v], { transB: 1 })
    const [taken] = g.ops('MatMul', [turned, square('u')], ['u/lora_a'])
    g.output('y', taken!, 'float32', [2, 2])
    const adapters = (name: string) => () => withAdapters(g.build(), { weights: [name], rank: 1, seed: 1 })
    for (const name of ['w', 'v'])
      expect(adapters(name)).toThrow(expect.objectContaining({ details: { weights: ['u'] } }))
    expect(adapters('u')).toThrow(expect.objectContaining({ message: expect.stringContaining('"u/lora_a"') }))
  })
})
