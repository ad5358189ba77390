import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { float, graphBuilder, readModel, writeModel } from '../index.ts'
import { runModel } from '../testing/run-model.ts'

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
    [
      'a name twice',
      (g: ReturnType<typeof graphBuilder>) => (g.input('x', 'float32'), g.input('x', 'float32')),
    ],
    ['an unknown value', (g: ReturnType<typeof graphBuilder>) => g.op('Relu', [{ name: 'nowhere' }])],
    [
      'data of another length',
      (g: ReturnType<typeof graphBuilder>) => g.parameter('w', 'float32', [3], [1, 2]),
    ],
    ['no output', (g: ReturnType<typeof graphBuilder>) => g.build()],
  ])('refuses %s', (_, wrong) => {
    expect(() => wrong(graphBuilder('wrong'))).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }))
  })
})
