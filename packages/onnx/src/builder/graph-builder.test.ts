import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { float, type GraphBuilder, graphBuilder, type Value, readModel, writeModel } from '../index.ts'
import { runModel } from '../testing/run-model.ts'

const zeros = (g: GraphBuilder, shape: number[]): Value =>
  g.constant('float32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)))

describe('graphBuilder', () => {
  test('writes a model that onnxruntime runs', async () => {
    const g = graphBuilder('line', { opset: 17, metadata: { task: 'test' } })
    const x = g.input('x', 'float32', ['batch', 2])
    const w = g.parameter('w', 'float32', [2, 1], [2, 3])
    const y = g.op('Gemm', [x, w, undefined], { alpha: 1 })
    g.output('y', g.op('Add', [y, g.scalar(0.5)]), 'float32', ['batch', 1])
    const model = readModel(writeModel(g.build()))
    expect(model.metadataProps).toMatchObject([{ key: 'task', value: 'test' }])
    const { y: result } = await runModel(writeModel(model), {
      x: new Tensor('float32', [1, 2, 3, 4], [2, 2]),
    })
    expect(Array.from(result!.data as Float32Array)).toEqual([8.5, 18.5])
  })

  test('writes nodes with several outputs, shapes, and bodies that see outer values', async () => {
    const g = graphBuilder('branches', { opset: 17 })
    const x = g.input('x', 'float32', [4])
    const flag = g.input('flag', 'bool', [])
    const [low, high] = g.ops('Split', [x, g.ints([1, 3])], 2, { axis: 0 })
    const body = (name: string, factor: number) =>
      g.subgraph(name, (b) => b.output(`${name}.y`, b.op('Mul', [high!, b.scalar(factor)]), 'float32', [3]))
    const y = g.op('If', [flag], { then_branch: body('then', 2), else_branch: body('else', -1) })
    g.output('low', low!, 'float32', [1])
    g.output('high', high!, 'float32', [3])
    g.output('y', g.op('Reshape', [y, g.ints([3, 1])]), 'float32', [3, 1])
    const feeds = {
      x: new Tensor('float32', [1, 2, 3, 4], [4]),
      flag: new Tensor('bool', [false], []),
    }
    const results = await runModel(writeModel(g.build()), feeds)
    expect(Array.from(results['y']!.data as Float32Array)).toEqual([-2, -3, -4])
    expect(Array.from(results['high']!.data as Float32Array)).toEqual([2, 3, 4])
  })

  test('copies a value whose name must stay when it becomes an output', () => {
    const g = graphBuilder('copy')
    const x = g.input('x', 'float32', [1])
    g.output('y', x)
    expect(g.build().graph!.node).toMatchObject([{ opType: 'Identity', input: ['x'], output: ['y'] }])
  })

  test('takes unknown sizes to fit, and types of their own where operators have them', () => {
    const g = graphBuilder('fits', { opset: 18 })
    const x = g.input('x', 'float32', ['n', 'm', 3])
    const flags = g.op('Greater', [x, g.scalar(0)])
    const sum = g.op('Where', [
      flags,
      g.op('Pow', [x, g.scalar(2, 'int64')]),
      g.op('Add', [x, zeros(g, [2, 1])]),
    ])
    expect(g.op('MatMul', [sum, zeros(g, [3, 5])]).shape).toEqual(['n', 2, 5])
    expect(g.op('Concat', [x, x], { axis: 1 }).shape).toEqual(['n', '', 3])
    expect(g.op('Gemm', [zeros(g, [3, 2]), zeros(g, [4, 3])], { transA: 1, transB: 1 }).shape).toEqual([2, 4])
  })

  test('stores equal constants once and tells floats from ints', () => {
    const g = graphBuilder('constants')
    expect(g.ints([1, 2])).toBe(g.ints([1, 2]))
    expect(g.scalar(1)).not.toBe(g.scalar(1, 'int64'))
    const x = g.input('x', 'float32', [1])
    const attributes = {
      alpha: 1,
      axis: 1,
      seed: float(1),
      shape: [1, 2],
      scales: [0.5, 1],
      names: ['a'],
      empty: [],
    }
    g.output('y', g.op('Anything', [x], attributes), 'float32', [1])
    const kinds = g.build().graph!.node[0]!.attribute.map(({ type }) => type)
    expect(kinds).toEqual([1, 2, 1, 7, 6, 8, 7])

    const again = graphBuilder('again')
    const { attribute } = g.build().graph!.node[0]!
    const same = Object.fromEntries(attribute.map((each) => [each.name, each]))
    again.output('y', again.op('Anything', [again.input('x', 'float32', [1])], same), 'float32', [1])
    expect(again.build().graph!.node[0]!.attribute).toEqual(attribute)
  })

  test.each([
    ['a name twice', (g: GraphBuilder) => (g.input('x', 'float32'), g.input('x', 'float32'))],
    ['an unknown value', (g: GraphBuilder) => g.op('Relu', [{ name: 'nowhere' }])],
    ['data of another length', (g: GraphBuilder) => g.parameter('w', 'float32', [3], [1, 2])],
    ['operands that do not meet', (g: GraphBuilder) => g.op('MatMul', [zeros(g, [2, 3]), zeros(g, [2, 3])])],
    ['sums that do not fit', (g: GraphBuilder) => g.op('Gemm', [zeros(g, [2, 3]), zeros(g, [2, 3])])],
    [
      'batches that do not broadcast',
      (g: GraphBuilder) => g.op('MatMul', [zeros(g, [2, 3, 4]), zeros(g, [3, 4, 5])]),
    ],
    ['sizes that do not broadcast', (g: GraphBuilder) => g.op('Add', [zeros(g, [2, 3]), zeros(g, [2])])],
    [
      'channels of another number',
      (g: GraphBuilder) => g.op('Conv', [zeros(g, [1, 4, 8]), zeros(g, [2, 4, 3])], { group: 2 }),
    ],
    [
      'parts of other sizes',
      (g: GraphBuilder) => g.op('Concat', [zeros(g, [2, 3]), zeros(g, [2, 4])], { axis: 0 }),
    ],
    ['fractions with whole numbers', (g: GraphBuilder) => g.op('Mul', [zeros(g, [2]), g.ints([1, 2])])],
    ['no output', (g: GraphBuilder) => g.build()],
  ])('refuses %s', (_, wrong) => {
    expect(() => wrong(graphBuilder('wrong'))).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }))
  })
})
