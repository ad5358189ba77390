import { awayFromKinks, awayFromZero, positive } from '../draw.ts'
import { operatorCase, type OperatorCase } from './operator-case.ts'
import { rarerFunctions, rarerReductions, rearrangements } from './rarer-cases.ts'
import { windowCases } from './window-cases.ts'

const square = [[2, 3, 4]]
const smooth = ['Cos', 'Erf', 'Exp', 'Neg', 'Sin', 'Sigmoid', 'Tanh', 'Softplus', 'Identity', 'Gelu']
const kinked = ['Abs', 'Relu', 'LeakyRelu', 'Elu', 'Selu', 'HardSigmoid', 'HardSwish']
const arithmetic = ['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max', 'Sum']

const elementwise: readonly OperatorCase[] = [
  ...smooth.map((type) => operatorCase(type, square)),
  ...kinked.map((type) => operatorCase(type, square, {}, awayFromKinks)),
  ...['Log', 'Sqrt', 'Reciprocal'].map((type) => operatorCase(type, square, {}, positive)),
  ...arithmetic.map((type) =>
    operatorCase(
      type,
      [
        [2, 3, 4],
        [3, 1],
      ],
      {},
      awayFromKinks,
    ),
  ),
  operatorCase('Pow', [[2, 3], [3]], {}, positive),
  operatorCase(
    'PRelu',
    [
      [2, 3, 4],
      [3, 1],
    ],
    {},
    awayFromKinks,
  ),
  operatorCase('Gelu', square, { approximate: 'tanh' }),
  operatorCase('Cast', square, { to: 1 }),
  { name: 'Dropout', define: (g, [x]) => g.op('Tanh', [g.op('Dropout', [x])]), shapes: square },
  {
    name: 'Clip',
    define: (g, [x]) => g.op('Clip', [x, g.scalar(-0.35), g.scalar(0.4)]),
    shapes: square,
    draw: awayFromKinks,
  },
  {
    name: 'Where',
    define: (g, [x, y]) => g.op('Where', [g.op('Greater', [x, y]), x, y]),
    shapes: [[2, 3], [3]],
    draw: awayFromZero,
  },
]

const axes = (type: string, values: readonly number[], keepdims: number): OperatorCase => ({
  name: `${type} over ${values.join()}`,
  define: (g, [x]) => g.op(type, [x, g.ints(values)], { keepdims }),
  shapes: [[2, 3, 4, 2]],
  draw: awayFromKinks,
})

const reductions: readonly OperatorCase[] = [
  ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin'].flatMap((type) => [
    axes(type, [1], 0),
    axes(type, [-1, 2], 1),
  ]),
  operatorCase('Softmax', square, { axis: -1 }),
  operatorCase('Softmax', square, { axis: 1 }),
  operatorCase('LogSoftmax', square, { axis: -1 }),
  operatorCase('LogSoftmax', square, { axis: 0 }),
]

const products: readonly OperatorCase[] = [
  operatorCase('MatMul', [
    [2, 3, 4],
    [4, 5],
  ]),
  operatorCase('MatMul', [
    [2, 1, 3, 4],
    [3, 4, 2],
  ]),
  operatorCase('MatMul', [[4], [4, 3]]),
  operatorCase('Gemm', [[3, 4], [4, 5], [5]]),
  operatorCase(
    'Gemm',
    [
      [4, 3],
      [5, 4],
      [3, 1],
    ],
    { transA: 1, transB: 1, alpha: 0.5, beta: 2 },
  ),
]

const image = [2, 3, 5, 5]
const normalisation: readonly OperatorCase[] = [
  {
    name: 'BatchNormalization',
    define: (g, [x, scale, shift]) => {
      const stored = [0.1, 1].map((value) => g.constant('float32', [3], [value, value * 2, value + 0.5]))
      return g.op('BatchNormalization', [x, scale, shift, ...stored])
    },
    shapes: [image, [3], [3]],
  },
  operatorCase('InstanceNormalization', [image, [3], [3]]),
  operatorCase('LayerNormalization', [[2, 3, 4], [4], [4]]),
  operatorCase(
    'LayerNormalization',
    [
      [2, 3, 4],
      [3, 4],
    ],
    { axis: 1 },
  ),
]

const shaped = (
  name: string,
  shapes: readonly (readonly number[])[],
  define: OperatorCase['define'],
): OperatorCase => ({ name, shapes, define })

const shapes: readonly OperatorCase[] = [
  operatorCase('Flatten', [[2, 3, 4]]),
  operatorCase('Transpose', [[2, 3, 4, 2]], { perm: [0, 2, 3, 1] }),
  operatorCase(
    'Concat',
    [
      [2, 3, 2],
      [2, 1, 2],
      [2, 2, 2],
    ],
    { axis: 1 },
  ),
  shaped('Reshape', square, (g, [x]) => g.op('Reshape', [x, g.ints([0, -1])])),
  shaped('Squeeze', [[2, 1, 3, 1]], (g, [x]) => g.op('Squeeze', [x, g.ints([1, 3])])),
  shaped('Unsqueeze', square, (g, [x]) => g.op('Unsqueeze', [x, g.ints([0, 2])])),
  shaped('Split', [[2, 6]], (g, [x]) => {
    const [a, b, c] = g.ops('Split', [x, g.ints([1, 2, 3])], 3, { axis: 1 })
    return g.op('Concat', [g.op('Tanh', [c]), a, b], { axis: 1 })
  }),
  shaped('Slice, backwards', [[5, 6]], (g, [x]) =>
    g.op('Slice', [x, g.ints([-1, 1]), g.ints([0, 6]), g.ints([0, 1]), g.ints([-2, 2])]),
  ),
  shaped('Slice, apart', [[7, 6]], (g, [x]) =>
    g.op('Slice', [x, g.ints([1, 1]), g.ints([7, 4]), g.ints([0, 1]), g.ints([3, 1])]),
  ),
  ...['constant', 'edge', 'reflect'].map((mode) =>
    shaped(`Pad, ${mode}`, [[2, 4, 5]], (g, [x]) => g.op('Pad', [x, g.ints([0, 1, 2, 0, 2, 1])], { mode })),
  ),
  shaped('Expand', [[2, 1, 3]], (g, [x]) => g.op('Expand', [x, g.ints([4, 2, 5, 3])])),
  shaped('Tile', [[2, 3]], (g, [x]) => g.op('Tile', [x, g.ints([3, 2])])),
  shaped('Gather, repeated', [[5, 3]], (g, [x]) =>
    g.op('Gather', [x, g.constant('int64', [2, 3], [0, 4, 4, 1, 0, -1])]),
  ),
  shaped('Gather, axis 1', [[2, 5, 3]], (g, [x]) =>
    g.op('Gather', [x, g.constant('int32', [4], [0, 4, 4, 1])], { axis: 1 }),
  ),
  shaped('GatherElements', [[3, 4]], (g, [x]) =>
    g.op('GatherElements', [x, g.constant('int64', [2, 4], [0, 2, 1, 1, 2, 2, 0, 1])], {}, { shape: [2, 4] }),
  ),
]

/** Operators that have a gradient, by family. */
export const operatorCases: Readonly<Record<string, readonly OperatorCase[]>> = {
  elementwise,
  reductions,
  products,
  windows: windowCases,
  normalisation,
  shapes,
  rarerFunctions,
  rarerReductions,
  rearrangements,
}
