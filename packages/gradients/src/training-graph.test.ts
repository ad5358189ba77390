import { type FunctionProto, graphBuilder, type GraphBuilder, type ModelProto } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { trainSteps } from './testing/train-steps.ts'
import type { TrainingOptions } from './training/training-options.ts'
import { trainingGraph, type TrainingGraph } from './training-graph.ts'

const batch = 4

/** x [batch, 2] -> Gemm -> Tanh -> Gemm -> y [batch, 1]. */
function line(
  middle: (g: GraphBuilder, x: ReturnType<GraphBuilder['op']>) => ReturnType<GraphBuilder['op']> = (g, x) =>
    g.op('Tanh', [x]),
): ModelProto {
  const g = graphBuilder('line')
  const x = g.input('x', 'float32', ['batch', 2])
  const hidden = g.op('Gemm', [
    x,
    g.parameter('body.weight', 'float32', [2, 3], [0.1, -0.2, 0.3, 0.4, 0.5, -0.6]),
    g.parameter('body.bias', 'float32', [3], [0, 0.1, 0]),
  ])
  const y = g.op('Gemm', [
    middle(g, hidden),
    g.parameter('head.weight', 'float32', [3, 1], [0.7, -0.8, 0.9]),
    g.parameter('head.bias', 'float32', [1], [0]),
  ])
  g.output('y', y, 'float32', ['batch', 1])
  return g.build()
}

const settings = {
  dims: { batch },
  loss: 'mse',
  optimiser: { kind: 'sgd' },
} as const satisfies TrainingOptions
const examples = {
  x: { shape: [batch, 2], data: Float32Array.of(1, 2, -1, 0.5, 0, 1, 2, -1) },
  targets: { shape: [batch, 1], data: Float32Array.of(1, 0, -1, 0.5) },
}

/** Runs `steps` steps on the examples and gives the tensors and losses. */
async function run(model: ModelProto, graph: TrainingGraph, steps: number, rate: number) {
  const { tensors, outputs } = await trainSteps(model, graph, new Array(steps).fill(examples), rate)
  return { tensors, losses: outputs.map(({ loss }) => loss![0]!) }
}

/** The gradient of the loss, from one plain step of rate 1. */
async function gradientsOf(model: ModelProto): Promise<Record<string, Float32Array>> {
  const graph = trainingGraph(model, settings)
  const { tensors } = await run(model, graph, 1, 1)
  const before = new Map(
    model.graph!.initializer.map(({ name, rawData }) => [name, new Float32Array(rawData.slice().buffer)]),
  )
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [
      name,
      Float32Array.from(data, (value, i) => before.get(name)![i]! - value),
    ]),
  )
}

describe('trainingGraph', () => {
  it('names what it reads and gives', () => {
    const graph = trainingGraph(line(), { ...settings, optimiser: { kind: 'adam' } })
    expect(graph.batch).toMatchObject([{ name: 'x', shape: [batch, 2] }])
    expect(graph.targets).toMatchObject({ name: 'targets', dtype: 'float32', shape: [batch, 1] })
    expect(graph.parameters.map(({ input }) => input)).toEqual([
      'body.weight',
      'body.bias',
      'head.weight',
      'head.bias',
    ])
    expect(graph.parameters[0]).toEqual({
      input: 'body.weight',
      output: 'body.weight/next',
      shape: [2, 3],
      state: [
        { input: 'body.weight/mean', output: 'body.weight/mean/next', shape: [2, 3] },
        { input: 'body.weight/square', output: 'body.weight/square/next', shape: [2, 3] },
      ],
    })
    expect(graph).toMatchObject({
      learningRate: 'learning_rate',
      step: 'step',
      loss: 'loss',
      metrics: ['mae'],
    })
    expect(graph.model.graph!.input.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['x', 'targets', 'body.weight', 'learning_rate', 'step']),
    )
  })

  it.each([
    { kind: 'sgd' },
    { kind: 'momentum' },
    { kind: 'momentum', nesterov: true },
    { kind: 'adam' },
  ] as const)('lowers the loss: %j', async (optimiser) => {
    const model = line()
    const { losses } = await run(model, trainingGraph(model, { ...settings, optimiser }), 30, 0.05)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
  })

  it('writes the optimisers as their papers state them', async () => {
    const model = line()
    const gradient = await gradientsOf(model)
    const name = 'head.weight'
    const start = [0.7, -0.8, 0.9]
    const rate = 0.1
    const expected = {
      sgd: (g: number) => rate * g,
      momentum: (g: number) => rate * g,
      adam: (g: number) => (rate * g) / (Math.sqrt(g * g) + 1e-8),
    }
    for (const kind of ['sgd', 'momentum', 'adam'] as const) {
      const { tensors } = await run(
        model,
        trainingGraph(model, { ...settings, optimiser: { kind } }),
        1,
        rate,
      )
      for (const [i, value] of tensors[name]!.data.entries())
        expect(value).toBeCloseTo(start[i]! - expected[kind](gradient[name]![i]!), 5)
    }
    const nesterov = trainingGraph(model, {
      ...settings,
      optimiser: { kind: 'momentum', decay: 0.5, nesterov: true },
    })
    const { tensors } = await run(model, nesterov, 1, rate)
    for (const [i, value] of tensors[name]!.data.entries())
      expect(value).toBeCloseTo(start[i]! - rate * 1.5 * gradient[name]![i]!, 5)
  })

  it('takes weight decay from matrices alone, apart from the gradient', async () => {
    const model = line()
    const [plain, decayed] = await Promise.all(
      [0, 0.5].map((weightDecay) => run(model, trainingGraph(model, { ...settings, weightDecay }), 1, 0.1)),
    )
    for (const [i, value] of decayed!.tensors['head.weight']!.data.entries()) {
      expect(value).toBeCloseTo(plain!.tensors['head.weight']!.data[i]! - 0.05 * [0.7, -0.8, 0.9][i]!, 5)
    }
    expect(decayed!.tensors['head.bias']).toEqual(plain!.tensors['head.bias'])
  })

  it('makes gradients smaller by one factor where their common norm is too large', async () => {
    const model = line()
    const gradients = await gradientsOf(model)
    const norm = Math.hypot(...Object.values(gradients).flatMap((gradient) => [...gradient]))
    const graph = trainingGraph(model, { ...settings, clipNorm: norm / 4 })
    expect(graph.metrics).toEqual(['mae', 'gradient_norm'])
    const [clipped, loose] = await Promise.all(
      [norm / 4, norm * 4].map((clipNorm) =>
        run(model, trainingGraph(model, { ...settings, clipNorm }), 1, 1),
      ),
    )
    for (const [name, gradient] of Object.entries(gradients)) {
      const start = model.graph!.initializer.find((tensor) => tensor.name === name)!
      const before = new Float32Array(start.rawData.slice().buffer)
      for (const [i, value] of gradient.entries()) {
        expect(clipped!.tensors[name]!.data[i]).toBeCloseTo(before[i]! - value / 4, 5)
        expect(loose!.tensors[name]!.data[i]).toBeCloseTo(before[i]! - value, 5)
      }
    }
  })

  it('trains what patterns name and leaves the rest in the graph', () => {
    const graph = trainingGraph(line(), { ...settings, trainable: ['head.*'] })
    expect(graph.parameters.map(({ input }) => input)).toEqual(['head.weight', 'head.bias'])
    expect(graph.model.graph!.initializer.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['body.weight', 'body.bias']),
    )
  })

  it('passes an operator without gradient that lies before everything trained', () => {
    const model = line((g, x) => g.op('Shrink', [x]))
    expect(trainingGraph(model, { ...settings, trainable: ['head.*'] }).parameters).toHaveLength(2)
    expect(trainingGraph(model, settings).parameters.map(({ input }) => input)).toEqual([
      'head.weight',
      'head.bias',
    ])
    expect(() => trainingGraph(model, { ...settings, trainable: ['*'] })).toThrow(
      expect.objectContaining({
        code: 'GRADIENT_UNSUPPORTED',
        details: expect.objectContaining({ trainable: ['head.weight', 'head.bias'] }),
      }),
    )
  })

  it('refuses a tensor behind an operator without gradient, and lists what can be trained', () => {
    const g = graphBuilder('blocked')
    const x = g.input('x', 'float32', ['batch', 2])
    const odd = g.op(
      'Shrink',
      [g.op('Mul', [x, g.parameter('before', 'float32', [2], [1, 1])])],
      {},
      { dtype: 'float32' },
    )
    g.output('odd', odd, 'float32', ['batch', 2])
    g.output('y', g.op('Add', [{ name: 'odd' }, g.parameter('after', 'float32', [2], [0, 0])]), 'float32', [
      'batch',
      2,
    ])
    const model = g.build()
    const options = { ...settings, output: 'y' }
    expect(() => trainingGraph(model, { ...options, trainable: ['before'] })).toThrow(
      expect.objectContaining({
        code: 'GRADIENT_UNSUPPORTED',
        message: expect.stringContaining('Shrink of "odd" has no gradient'),
        details: expect.objectContaining({ tensor: 'before', trainable: ['after'] }),
      }),
    )
    expect(trainingGraph(model, options).parameters.map(({ input }) => input)).toEqual(['after'])
  })

  it('says which outputs can be trained where the one asked for cannot, and what tensors hold', () => {
    const g = graphBuilder('classifier')
    const x = g.input('x', 'float32', ['batch', 2])
    const w = g.parameter('w', 'int32', [2], [1, 2])
    g.output('label', g.op('ArgMax', [x], { axis: 1, keepdims: 0 }), 'int64', ['batch'])
    g.output('scores', g.op('Mul', [x, g.op('Cast', [w], { to: 1 })]), 'float32', ['batch', 2])
    const model = g.build()
    for (const [output, message] of [
      ['label', /Output "label" is of type int64, .*; choose "scores"/],
      ['scores', /no tensor that can be trained: .*"w" is of type int32/],
    ] as const)
      expect(() => trainingGraph(model, { ...settings, output })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
      )
  })

  it('names the node from which on the shape of the output is not known', () => {
    const model = line((g, x) => g.op('Own', [x], {}, { domain: 'own', name: 'secret' }))
    model.graph!.output[0]!.type = undefined
    expect(() => trainingGraph(model, settings)).toThrow(
      expect.objectContaining({
        code: 'GRADIENT_UNSUPPORTED',
        message: expect.stringMatching(/output "y" is not known .*own.Own "secret"/),
      }),
    )
  })

  it('learns through functions of the model', async () => {
    const model = line((g, x) => g.op('Own', [x], {}, { domain: 'own', dtype: 'float32', shape: ['', 3] }))
    const body = graphBuilder('body')
    body.output('out', body.op('Tanh', [body.op('Neg', [body.input('in', 'float32')])]), 'float32')
    const own: Partial<FunctionProto> = {
      name: 'Own',
      domain: 'own',
      overload: '',
      input: ['in'],
      output: ['out'],
      attributeProto: [],
      node: body.build().graph!.node,
      opsetImport: model.opsetImport,
    }
    model.functions = [own as FunctionProto]
    const plain = line((g, x) => g.op('Tanh', [g.op('Neg', [x])]))
    expect(await gradientsOf(model)).toEqual(await gradientsOf(plain))
  })

  it.each([
    [
      'a pattern that names nothing',
      { trainable: ['tail.*'] },
      'CONFIG_INVALID',
      /No learned tensor is called "tail.\*"/,
    ],
    [
      'a dimension without size',
      { dims: {} },
      'CONFIG_INVALID',
      /Input "x" has dynamic dimensions \("batch"\)/,
    ],
    ['a batch of no examples', { dims: { batch: 0 } }, 'CONFIG_INVALID', /size of at least 1, not 0/],
    ['an unknown loss', { loss: 'toString' as never }, 'CONFIG_INVALID', /loss.kind: .*toString/],
    [
      'an unknown optimiser',
      { optimiser: { kind: 'magic' } as never },
      'CONFIG_INVALID',
      /optimiser.kind: .*magic/,
    ],
    ['a norm of 0', { clipNorm: 0 }, 'CONFIG_INVALID', /clipNorm: /],
    ['an unknown output', { output: 'z' }, 'CONFIG_INVALID', /no output "z"/],
  ])('refuses %s', (_, options, code, message) => {
    expect(() => trainingGraph(line(), { ...settings, ...options })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })

  it('refuses tensors of whole numbers, logits of another rank, and bodies', () => {
    const g = graphBuilder('embedding')
    const table = g.op('Reshape', [
      g.parameter('table', 'float32', [4], [0, 1, 2, 3]),
      g.parameter('shape', 'int64', [2], [2, 2]),
    ])
    g.output('y', g.op('Flatten', [table], { axis: 0 }), 'float32', [1, 4])
    const model = g.build()
    expect(() => trainingGraph(model, { ...settings, trainable: ['shape'] })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
    const cube = graphBuilder('cube')
    cube.output(
      'y',
      cube.op('Add', [
        cube.input('x', 'float32', [2, 3, 4]),
        cube.parameter('b', 'float32', [4], [0, 0, 0, 0]),
      ]),
      'float32',
      [2, 3, 4],
    )
    expect(() => trainingGraph(cube.build(), { ...settings, loss: 'softmax-cross-entropy' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('[2, 3, 4]') }),
    )
    const branches = graphBuilder('branches')
    const flag = branches.input('flag', 'bool', [])
    const bias = branches.parameter('b', 'float32', [2], [0, 0])
    const body = (name: string) =>
      branches.subgraph(name, (inner) => inner.output(`${name}.y`, inner.op('Neg', [bias]), 'float32', [2]))
    const either = branches.op('If', [flag], { then_branch: body('then'), else_branch: body('else') })
    branches.output('y', either, 'float32', [2])
    expect(() => trainingGraph(branches.build(), settings)).toThrow(
      expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED', message: expect.stringContaining('If of') }),
    )
  })

  it('upgrades older operator sets, and keeps newer ones', () => {
    const build = (opset: number, options: Partial<TrainingOptions> = {}) => {
      const g = graphBuilder('squeezed', { opset })
      const x = g.input('x', 'float32', ['batch', 2])
      const axes = opset < 13 ? [] : [g.ints([2])]
      const attributes = opset < 13 ? { axes: [2] } : {}
      const wide = g.op('Unsqueeze', [x, ...axes], attributes)
      const sum = g.op('Add', [wide, g.parameter('b', 'float32', [2, 1], [0, 0])])
      g.output('y', g.op('Squeeze', [sum, ...axes], attributes), 'float32', ['batch', 2])
      const { model, parameters } = trainingGraph(g.build(), { ...settings, ...options })
      return {
        opset: Number(model.opsetImport[0]!.version),
        parameters: parameters.map(({ input }) => input),
      }
    }
    expect(build(7)).toEqual({ opset: 18, parameters: ['b'] })
    expect(build(12, { batchStatistics: true })).toEqual({ opset: 18, parameters: ['b'] })
    for (const opset of [16, 17, 21]) expect(build(opset)).toEqual({ opset, parameters: ['b'] })
  })

  it('keeps nodes of other operator sets before everything trained', () => {
    const g = graphBuilder('foreign', { domains: { 'com.microsoft': 1 } })
    const x = g.input('x', 'float32', ['batch', 2])
    const gelu = g.op('Gelu', [x], {}, { domain: 'com.microsoft', dtype: 'float32', shape: ['batch', 2] })
    g.output('h', gelu, 'float32', ['batch', 2])
    const shifted = g.op('Add', [{ name: 'h' }, g.parameter('b', 'float32', [2], [0, 0])])
    g.output('y', shifted, 'float32', ['batch', 2])
    const { model } = trainingGraph(g.build(), { ...settings, output: 'y' })
    expect(model.opsetImport.map(({ domain }) => domain)).toEqual(['', 'com.microsoft'])
  })

  it('finds other names where the model has its own', async () => {
    const g = graphBuilder('names')
    const x = g.input('targets', 'float32', ['batch', 2])
    const [loss] = g.ops('Mul', [x, g.parameter('step', 'float32', [2], [1, 2])], ['loss'])
    const [next] = g.ops('Add', [loss, g.parameter('learning_rate', 'float32', [2], [0, 0])], ['step/next'])
    g.output('mae', g.op('Tanh', [next]), 'float32', ['batch', 2])
    const model = g.build()
    const graph = trainingGraph(model, { ...settings, optimiser: { kind: 'momentum' } })
    expect(graph).toMatchObject({
      batch: [{ name: 'targets' }],
      targets: { name: 'targets_2' },
      learningRate: 'learning_rate_2',
      step: 'step_2',
      loss: 'loss_2',
      metrics: ['mae_2'],
      parameters: [
        { input: 'step', output: 'step/next_2', state: [{ input: 'step/velocity' }] },
        { input: 'learning_rate', output: 'learning_rate/next' },
      ],
    })
    const feeds = { targets: examples.x, targets_2: examples.x }
    const { outputs } = await trainSteps(model, graph, [feeds, feeds, feeds], 0.1)
    expect(outputs[2]!['loss_2']![0]).toBeLessThan(outputs[0]!['loss_2']![0]!)
  })

  it('takes all its options together', async () => {
    const model = line()
    const options = { clipNorm: 1, weightDecay: 0.01, proximal: 0.1, accumulate: 2, recompute: true } as const
    const graph = trainingGraph(model, { ...settings, ...options, optimiser: { kind: 'adam' } })
    const { outputs } = await trainSteps(model, graph, new Array(40).fill(examples), 0.05)
    expect(graph.metrics).toEqual(['mae', 'proximal', 'gradient_norm'])
    expect(outputs[39]!['loss']![0]).toBeLessThan(outputs[0]!['loss']![0]! / 2)
  })
})
