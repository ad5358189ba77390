import { create } from '@bufbuild/protobuf'
import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { FunctionProtoSchema } from '../generated/onnx-ml_pb.js'
import {
  float,
  type GraphBuilder,
  graphBuilder,
  type ModelProto,
  modelOperators,
  modelOpsets,
  readModel,
  upgradeOpset,
  type Value,
  writeModel,
} from '../index.ts'
import { largestDifference } from '../testing/largest-difference.ts'
import { makeNode } from '../graph/make-node.ts'
import { runModel } from '../testing/run-model.ts'

type Define = (g: GraphBuilder, x: Value) => Value | Value[]

const unsupported = expect.objectContaining({ name: 'HomingError', code: 'ONNX_UNSUPPORTED' })

function modelOf(opset: number, shape: readonly (number | string)[], define: Define): ModelProto {
  const g = graphBuilder('old', { opset })
  const results = [define(g, g.input('x', 'float32', shape))].flat()
  results.forEach((value, index) => g.output(`y${index}`, value, value.dtype ?? 'float32', value.shape))
  return g.build()
}

function feed(shape: readonly number[]): { x: Tensor } {
  const values = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => Math.sin(i * 7.3) * 2,
  )
  return { x: new Tensor('float32', values, shape) }
}

const halves = (g: GraphBuilder, count: number): Value =>
  g.parameter(
    'w',
    'float32',
    [count],
    Array.from({ length: count }, (_, i) => i / 2 - 0.25),
  )

const cases: [title: string, opset: number, shape: number[], define: Define][] = [
  ['Softmax over several axes', 11, [2, 3, 4], (g, x) => g.op('Softmax', [x])],
  ['Softmax over the last axis', 11, [2, 3, 4], (g, x) => g.op('Softmax', [x], { axis: 2 })],
  ['LogSoftmax before axes of size 1', 9, [2, 3, 1, 1], (g, x) => g.op('LogSoftmax', [x], { axis: 1 })],
  ['Hardmax over everything', 11, [2, 3, 2], (g, x) => g.op('Hardmax', [x], { axis: 0 })],
  ['Clip with one limit', 7, [5], (g, x) => g.op('Clip', [x], { min: float(-0.5) })],
  ['Pad with a value', 7, [2, 3], (g, x) => g.op('Pad', [x], { pads: [0, 1, 1, 0], value: float(3) })],
  ['Pad by reflection', 7, [2, 3], (g, x) => g.op('Pad', [x], { pads: [0, 1, 0, 2], mode: 'reflect' })],
  ['Slice', 9, [5, 6], (g, x) => g.op('Slice', [x], { starts: [1], ends: [-1], axes: [1] })],
  ['Slice of the first axes', 9, [5, 6], (g, x) => g.op('Slice', [x], { starts: [1, 2], ends: [3, 100] })],
  ['TopK', 9, [2, 5], (g, x) => g.ops('TopK', [x], 2, { k: 2 }).slice(0, 1)],
  ['Upsample by factors', 7, [1, 2, 2, 3], (g, x) => g.op('Upsample', [x], { scales: float([1, 1, 2, 3]) })],
  [
    'Upsample between elements',
    9,
    [1, 1, 3, 3],
    (g, x) => g.op('Upsample', [x, g.constant('float32', [4], [1, 1, 2, 1.5])], { mode: 'linear' }),
  ],
  [
    'Resize that grows',
    10,
    [1, 1, 2, 3],
    (g, x) => g.op('Resize', [x, g.constant('float32', [4], [1, 1, 2.5, 2])]),
  ],
  [
    'Resize that shrinks',
    10,
    [1, 1, 6, 7],
    (g, x) => g.op('Resize', [x, g.constant('float32', [4], [1, 1, 0.5, 0.4])]),
  ],
  [
    'Resize that shrinks between elements',
    10,
    [1, 1, 6, 7],
    (g, x) => g.op('Resize', [x, g.constant('float32', [4], [1, 1, 0.5, 0.4])], { mode: 'linear' }),
  ],
  ['Dropout', 9, [4], (g, x) => g.op('Dropout', [x], { ratio: float(0.3) })],
  ['Split evenly', 12, [4, 6], (g, x) => g.ops('Split', [x], 3, { axis: 1 })],
  ['Split by sizes', 11, [4, 6], (g, x) => g.ops('Split', [x], 2, { axis: -1, split: [1, 5] })],
  [
    'Squeeze and Unsqueeze',
    11,
    [1, 3, 1],
    (g, x) => g.op('Unsqueeze', [g.op('Squeeze', [x], { axes: [0] })], { axes: [0, 3] }),
  ],
  ['ReduceSum', 11, [2, 3, 4], (g, x) => g.op('ReduceSum', [x], { axes: [-1, 0], keepdims: 0 })],
  ['ReduceMean', 13, [2, 3, 4], (g, x) => g.op('ReduceMean', [x], { axes: [1] })],
  ['ReduceMax over everything', 13, [2, 3], (g, x) => g.op('ReduceMax', [x], { keepdims: 0 })],
  [
    'Scatter',
    9,
    [2, 3],
    (g, x) =>
      g.op('Scatter', [x, g.constant('int64', [1, 2], [1, 0]), g.constant('float32', [1, 2], [9, 8])], {
        axis: 1,
      }),
  ],
  [
    'BatchNormalization with the outputs of training',
    9,
    [2, 2, 3],
    (g, x) => {
      const w = g.constant('float32', [2], [0.5, 2])
      return g
        .ops('BatchNormalization', [x, w, w, w, w], ['bn', 'mean', 'var', 'saved', 'inverse'])
        .slice(0, 1)
    },
  ],
  [
    'BatchNormalization per channel',
    7,
    [2, 2, 3],
    (g, x) => {
      const w = g.constant('float32', [2], [0.5, 2])
      return g.op('BatchNormalization', [x, w, w, w, w], { spatial: 1 })
    },
  ],
  [
    'GridSample between elements',
    16,
    [1, 1, 3, 3],
    (g, x) =>
      g.op('GridSample', [x, g.constant('float32', [1, 1, 2, 2], [0.1, -0.3, 0.8, 0.5])], {
        mode: 'bicubic',
      }),
  ],
  ['DFT', 17, [1, 6, 1], (g, x) => g.op('DFT', [x], { axis: 1 })],
  [
    'GroupNormalization',
    18,
    [2, 4, 3],
    (g, x) =>
      g.op(
        'GroupNormalization',
        [x, g.constant('float32', [2], [0.5, 2]), g.constant('float32', [2], [1, -1])],
        { num_groups: 2 },
      ),
  ],
]

describe('upgradeOpset', () => {
  test.each(cases)('writes anew: %s', async (_, opset, shape, define) => {
    const model = modelOf(opset, shape, define)
    const bytes = writeModel(model)
    for (const target of [18, 22]) {
      if (opset >= target) continue
      const upgraded = readModel(writeModel(upgradeOpset(model, target)))
      expect(modelOpsets(upgraded).get('')).toBe(target)
      const found = await runModel(writeModel(upgraded), feed(shape))
      expect(largestDifference(found, await runModel(bytes, feed(shape)))).toBeLessThan(1e-6)
    }
    expect(writeModel(model)).toEqual(bytes)
  })

  test('keeps Softmax of a dynamic shape what it was', async () => {
    const model = modelOf(11, ['a', 'b', 'c'], (g, x) => g.op('Softmax', [x]))
    const found = await runModel(writeModel(upgradeOpset(model)), feed([2, 3, 4]))
    expect(largestDifference(found, await runModel(writeModel(model), feed([2, 3, 4])))).toBeLessThan(1e-6)
  })

  test.each<[string, number[], Define, number[]]>([
    [
      'Add from an axis on',
      [2, 2, 2],
      (g, x) => g.op('Add', [x, halves(g, 2)], { broadcast: 1, axis: 1 }),
      [-0.25, -0.25, 0.25, 0.25, -0.25, -0.25, 0.25, 0.25],
    ],
    [
      'Mul without an axis',
      [2, 2],
      (g, x) => g.op('Sub', [x, halves(g, 2)], { broadcast: 1 }),
      [0.25, -0.25, 0.25, -0.25],
    ],
    [
      'PRelu of channels',
      [1, 2, 2],
      (g, x) =>
        g.op('PRelu', [g.op('Sub', [x, g.constant('float32', [1, 2, 2], [1, 1, 1, 1])]), halves(g, 2)]),
      [0.25, 0.25, -0.25, -0.25],
    ],
  ])(
    'lays operands of operator set 6 against one another from the back: %s',
    async (_, shape, define, expected) => {
      const model = upgradeOpset(modelOf(6, shape, define))
      const zeros = new Tensor('float32', new Float32Array(expected.length), shape)
      const { y0 } = await runModel(writeModel(model), { x: zeros })
      expect(Array.from(y0!.data as Float32Array)).toEqual(expected)
    },
  )

  test('goes into bodies and functions, and raises the IR version', async () => {
    const g = graphBuilder('outer', { opset: 11, domains: { own: 1 } })
    const x = g.input('x', 'float32', [2, 3])
    const branch = (name: string, axis: number) =>
      g.subgraph(name, (body) =>
        body.output(`${name}.y`, body.op('ReduceSum', [x], { axes: [axis], keepdims: 0 }), 'float32', ['n']),
      )
    const flag = g.constant('bool', [], [1])
    g.output(
      'a',
      g.op('If', [flag], { then_branch: branch('then', 0), else_branch: branch('else', 1) }),
      'float32',
      ['n'],
    )
    g.output('b', g.op('Sums', [x], {}, { domain: 'own' }), 'float32', [2, 1])
    const model = g.build()
    model.functions = [
      create(FunctionProtoSchema, {
        name: 'Sums',
        domain: 'own',
        input: ['in'],
        output: ['out'],
        node: [makeNode('ReduceSum', ['in'], 'out', { axes: [1] })],
        opsetImport: [{ domain: '', version: 11n }],
      }),
    ]
    const upgraded = upgradeOpset(model, 22)
    expect(upgraded.irVersion).toBe(10n)
    expect(upgraded.functions[0]!.node.map(({ opType }) => opType)).toEqual(['Constant', 'ReduceSum'])
    const found = await runModel(writeModel(upgraded), feed([2, 3]))
    expect(largestDifference(found, await runModel(writeModel(model), feed([2, 3])))).toBeLessThan(1e-6)
  })

  test('makes initialisers of IR version 3 constants', () => {
    const model = modelOf(7, [2], (g, x) => g.op('Add', [x, halves(g, 2)]))
    model.irVersion = 3n
    model.graph!.input.push({ ...model.graph!.input[0]!, name: 'w' })
    expect(upgradeOpset(model).graph!.input.map(({ name }) => name)).toEqual(['x'])
    expect(model.graph!.input).toHaveLength(2)
  })

  test('gives back a model that is new enough, or has no node of the standard set', () => {
    const model = modelOf(19, [2], (g, x) => g.op('Relu', [x]))
    expect(upgradeOpset(model)).toBe(model)
    model.opsetImport = [{ ...model.opsetImport[0]!, domain: 'ai.onnx.ml', version: 3n }]
    expect(upgradeOpset(model)).toBe(model)
  })

  test('takes ai.onnx for the standard set', () => {
    const model = modelOf(11, [2, 3], (g, x) => g.op('ReduceSum', [x], { axes: [1] }))
    model.opsetImport[0]!.domain = model.graph!.node[0]!.domain = 'ai.onnx'
    const upgraded = upgradeOpset(model)
    expect(modelOpsets(upgraded)).toEqual(new Map([['', 18]]))
    expect(upgraded.graph!.node[0]!.input).toHaveLength(2)
    expect(modelOperators(upgraded)).toEqual(new Set(['ReduceSum']))
  })

  test.each<[string, number, Define]>([
    ['statistics of positions', 7, (g, x) => g.op('BatchNormalization', [x, x, x, x, x], { spatial: 0 })],
    ['saved statistics that are read', 9, (g, x) => g.ops('BatchNormalization', [x, x, x, x, x], 5)],
    ['dropout exported for training', 6, (g, x) => g.op('Dropout', [x])],
    ['a scan over batches', 8, (g, x) => g.op('Scan', [undefined, x])],
    [
      'a resize that both grows and shrinks',
      10,
      (g, x) => g.op('Resize', [x, g.constant('float32', [2], [2, 0.5])]),
    ],
    ['operator set 5', 5, (g, x) => g.op('Relu', [x])],
  ])('refuses %s', (_, opset, define) => {
    expect(() => upgradeOpset(modelOf(opset, [2, 2], define))).toThrow(unsupported)
  })

  test('refuses an attribute that a function leaves to its caller', () => {
    const model = modelOf(11, [2], (g, x) => g.op('Relu', [x]))
    const node = makeNode('ReduceSum', ['in'], 'out', { axes: [1] })
    node.attribute[0]!.refAttrName = 'over'
    const opsetImport = [{ domain: '', version: 11n }]
    model.functions = [create(FunctionProtoSchema, { name: 'F', domain: 'own', node: [node], opsetImport })]
    expect(() => upgradeOpset(model)).toThrow(unsupported)
  })

  test.each([12, 27, 18.5, NaN])('refuses the target %d', (target) => {
    expect(() =>
      upgradeOpset(
        modelOf(11, [2], (g, x) => g.op('Relu', [x])),
        target,
      ),
    ).toThrow(unsupported)
  })
})
