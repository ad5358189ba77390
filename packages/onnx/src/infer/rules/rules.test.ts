import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { type GraphBuilder, graphBuilder, inferTypes, type Value, writeModel } from '../../index.ts'
import { runModel } from '../../testing/run-model.ts'

/** An operator on x of this shape; several outputs where it has several. */
type Case = [title: string, shape: number[], define: (g: GraphBuilder, x: Value) => Value | Value[]]

const zeros = (g: GraphBuilder, shape: number[]): Value =>
  g.parameter('w', 'float32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)))
const floats = (g: GraphBuilder, values: number[]): Value => g.constant('float32', [values.length], values)

const cases: Case[] = [
  ['Slice', [5, 6], (g, x) => g.op('Slice', [x, g.ints([1]), g.ints([4])])],
  ['Slice from the end', [5, 6], (g, x) => g.op('Slice', [x, g.ints([-3]), g.ints([99]), g.ints([-1])])],
  [
    'Slice backwards by steps',
    [7, 6],
    (g, x) => g.op('Slice', [x, g.ints([-2, 0]), g.ints([-99, 6]), g.ints([0, 1]), g.ints([-2, 4])]),
  ],
  ['Slice of nothing', [5, 6], (g, x) => g.op('Slice', [x, g.ints([4]), g.ints([2])])],
  ['Split evenly', [7, 2], (g, x) => g.ops('Split', [x], 3, { num_outputs: 3 })],
  ['Split by sizes', [2, 7], (g, x) => g.ops('Split', [x, g.ints([1, 4, 2])], 3, { axis: -1 })],
  ['Pad', [2, 3], (g, x) => g.op('Pad', [x, g.ints([1, 0, 2, 3])])],
  ['Pad of axes', [2, 3], (g, x) => g.op('Pad', [x, g.ints([2, -1]), undefined, g.ints([-1])])],
  ['Tile', [2, 3], (g, x) => g.op('Tile', [x, g.ints([3, 2])])],
  ['Expand of a size of 1', [3, 1], (g, x) => g.op('Expand', [x, g.ints([2, 1, 4])])],
  ['Resize by scales', [1, 1, 3, 5], (g, x) => g.op('Resize', [x, undefined, floats(g, [1, 1, 1.5, 2])])],
  [
    'Resize to sizes',
    [1, 1, 3, 5],
    (g, x) => g.op('Resize', [x, undefined, undefined, g.ints([1, 1, 7, 2])]),
  ],
  [
    'ConvTranspose',
    [1, 4, 3, 5],
    (g, x) =>
      g.op('ConvTranspose', [x, zeros(g, [4, 3, 3, 2])], {
        group: 2,
        strides: [2, 3],
        dilations: [2, 1],
        pads: [1, 0, 2, 1],
        output_padding: [1, 2],
      }),
  ],
  [
    'ConvTranspose to a shape',
    [1, 2, 4],
    (g, x) => g.op('ConvTranspose', [x, zeros(g, [2, 1, 3])], { strides: [2], output_shape: [8] }),
  ],
  [
    'MaxPool rounded up',
    [1, 1, 6, 6],
    (g, x) => g.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  ],
  [
    'MaxPool whose last window would start in the padding',
    [1, 1, 5],
    (g, x) => g.op('MaxPool', [x], { kernel_shape: [2], strides: [2], pads: [1, 1], ceil_mode: 1 }),
  ],
  ['ReduceMax over no axes', [2, 3], (g, x) => g.op('ReduceMax', [x, g.ints([])], { keepdims: 0 })],
  ['a Constant of ints', [6], (g, x) => g.op('Reshape', [x, g.op('Constant', [], { value_ints: [2, 3] })])],
  [
    'arithmetic around shapes',
    [2, 3, 4],
    (g, x) => {
      const last = g.op('Gather', [g.op('Shape', [x]), g.constant('int64', [], [-1])])
      const half = g.op('Unsqueeze', [g.op('Div', [last, g.constant('int64', [], [3])]), g.ints([0])])
      const front = g.op('Slice', [g.op('Shape', [x]), g.ints([0]), g.ints([2])])
      const rest = g.op('Mul', [g.op('Shape', [x], { start: 2 }), g.ints([1])])
      return g.op('Reshape', [x, g.op('Concat', [front, half, rest], { axis: 0 })])
    },
  ],
]

describe('shapes that are inferred', () => {
  test.each(cases)('are those of onnxruntime: %s', async (_, shape, define) => {
    const g = graphBuilder('shapes', { opset: 18 })
    const results = [define(g, g.input('x', 'float32', shape))].flat()
    results.forEach((value, index) => g.output(`y${index}`, { name: value.name }, 'float32'))
    const model = g.build()
    const names = results.map((_, index) => `y${index}`)
    const inferred = names.map((name) => inferTypes(model).get(name)?.shape)
    const x = new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)
    const found = await runModel(writeModel(model), { x })
    expect(inferred).toEqual(names.map((name) => found[name]!.dims))
  })
})
