import { describe, expect, test } from 'vitest'

import {
  type Dim,
  type GraphBuilder,
  graphBuilder,
  inferGraph,
  inferTypes,
  makeTensor,
  type Value,
} from '../index.ts'

const int = (g: GraphBuilder, value: number): Value => g.scalar(value, 'int64')

/** The shape of what `define` makes of an input of `shape`. */
function shapeAfter(shape: Dim[], define: (g: GraphBuilder, x: Value) => Value): readonly Dim[] | undefined {
  const g = graphBuilder('shapes', { opset: 18 })
  g.output('y', { name: define(g, g.input('x', 'float32', shape)).name }, 'float32')
  return inferTypes(g.build()).get('y')?.shape
}

describe('dynamic sizes keep their names', () => {
  test.each<[string, Dim[], (g: GraphBuilder, x: Value) => Value, Dim[]]>([
    [
      'through the flattening that PyTorch writes',
      ['batch', 3, 4],
      (g, x) => {
        const batch = g.op('Unsqueeze', [g.op('Gather', [g.op('Shape', [x]), int(g, 0)]), g.ints([0])])
        return g.op('Reshape', [x, g.op('Concat', [batch, g.ints([-1])], { axis: 0 })])
      },
      ['batch', 12],
    ],
    [
      'through the heads of attention',
      ['batch', 'words', 768],
      (g, x) => {
        const sizes = g.op('Slice', [g.op('Shape', [x]), g.ints([0]), g.ints([2])])
        const split = g.op('Reshape', [x, g.op('Concat', [sizes, g.ints([12, 64])], { axis: 0 })])
        const heads = g.op('Transpose', [split], { perm: [0, 2, 1, 3] })
        return g.op('MatMul', [heads, g.op('Transpose', [heads], { perm: [0, 1, 3, 2] })])
      },
      ['batch', 12, 'words', 'words'],
    ],
    [
      'where -1 stands for one of them',
      ['n', 7, 7, 2],
      (g, x) => g.op('Reshape', [x, g.ints([-1, 98])]),
      ['n', 98],
    ],
    [
      'where 0 keeps one',
      ['n', 'm', 6],
      (g, x) => g.op('Reshape', [x, g.ints([0, 0, 2, -1])]),
      ['n', 'm', 2, 3],
    ],
    [
      'where an expansion asks for -1',
      ['n', 1],
      (g, x) => {
        const wanted = g.op('Concat', [g.op('Shape', [x], { end: 1 }), g.ints([5])], { axis: 0 })
        const one = g.op('ConstantOfShape', [g.ints([2])], { value: makeTensor('', 'int64', [1], [1]) })
        return g.op('Expand', [x, g.op('Where', [g.op('Equal', [wanted, g.ints([-1])]), one, wanted])])
      },
      ['n', 5],
    ],
    ['of which the products are not known', ['n', 'm', 2], (g, x) => g.op('Flatten', [x]), ['n', '']],
    [
      'of which a half has no name',
      ['n', 4],
      (g, x) => {
        const half = g.op('Div', [g.op('Shape', [x], { end: 1 }), g.ints([2])])
        return g.op('ConstantOfShape', [half])
      },
      [''],
    ],
  ])('%s', (_, shape, define, expected) => {
    expect(shapeAfter(shape, define)).toEqual(expected)
  })
})

test('what branches have in common is known', () => {
  const g = graphBuilder('branches', { opset: 18 })
  const x = g.input('x', 'float32', ['n', 4])
  const branch = (name: string, width: number) =>
    g.subgraph(name, (body) => {
      body.output(`${name}.y`, body.op('Slice', [x, body.ints([0]), body.ints([width]), body.ints([1])]))
    })
  const flag = g.input('flag', 'bool', [])
  const y = g.op('If', [flag], { then_branch: branch('then', 2), else_branch: branch('else', 3) })
  expect(y).toMatchObject({ dtype: 'float32', shape: ['n', ''] })
})

test('numbers that do not depend on the inputs are told, those beyond a JavaScript number too', () => {
  const g = graphBuilder('numbers', { opset: 18 })
  const far = g.constant('int64', [1], [9_223_372_036_854_775_807n])
  const x = g.input('x', 'float32', [6, 4])
  const taken = g.op('Slice', [g.op('Shape', [x]), g.ints([1]), far])
  g.output('y', g.op('Slice', [x, g.ints([2]), g.op('Identity', [far])]), 'float32')
  const model = g.build()
  expect(inferGraph(model).numbers(taken.name)).toEqual([4])
  expect(inferTypes(model).get('y')?.shape).toEqual([4, 4])
})
