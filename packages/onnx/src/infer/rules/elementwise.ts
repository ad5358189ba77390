import type { Dim } from '../../builder/value-info.ts'
import { type ElementType, elementTypeOf } from '../../tensor/element-types.ts'
import { shapeOf, type TypedNode, type TypeRule } from '../type-rule.ts'

const unary = [
  'Abs',
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'BatchNormalization',
  'Ceil',
  'Celu',
  'Clip',
].concat(
  [
    'Cos',
    'Cosh',
    'CumSum',
    'Elu',
    'Erf',
    'Exp',
    'Floor',
    'Gelu',
    'GroupNormalization',
    'HardSigmoid',
    'HardSwish',
  ],
  ['Hardmax', 'Identity', 'InstanceNormalization', 'LRN', 'LeakyRelu', 'Log', 'LogSoftmax', 'Mish'],
  [
    'LpNormalization',
    'MeanVarianceNormalization',
    'Neg',
    'Not',
    'Reciprocal',
    'Relu',
    'Round',
    'Selu',
    'Shrink',
    'Sigmoid',
  ],
  [
    'Sign',
    'RMSNormalization',
    'RotaryEmbedding',
    'Swish',
    'Sin',
    'Sinh',
    'Softmax',
    'Softplus',
    'Softsign',
    'Sqrt',
    'Tan',
    'Tanh',
    'ThresholdedRelu',
    'PRelu',
  ],
)
const binary = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Mod',
  'BitShift',
  'BitwiseAnd',
  'BitwiseOr',
  'BitwiseXor',
  'Max',
  'Min',
  'Mean',
  'Sum',
]
const comparison = ['And', 'Or', 'Xor', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']

/** Operators whose operands are laid against one another from the back (ONNX, Broadcasting). */
export const broadcastingOperators: ReadonlySet<string> = new Set([...binary, ...comparison, 'Where'])

const sameType: TypeRule = (node) => [node.input(0)]
const broadcast =
  (first: number, dtype?: ElementType): TypeRule =>
  (node) => {
    const type = dtype ?? node.input(first)?.dtype
    // Before operator set 7 the second input was laid onto the first.
    const shape = node.opset < 7 && node.inputs === 2 ? shapeOf(node) : broadcastShapes(node, first)
    return [type && { dtype: type, shape }]
  }
const withDType =
  (dtype: (node: TypedNode) => ElementType | undefined): TypeRule =>
  (node) => {
    const type = dtype(node)
    return [type && { dtype: type, shape: shapeOf(node) }]
  }

/** Rules of operators that work element by element, and of those whose output has the shape of the first input. */
export const elementwiseRules: Readonly<Record<string, TypeRule>> = {
  ...Object.fromEntries(unary.map((type) => [type, sameType])),
  ...Object.fromEntries(binary.map((type) => [type, broadcast(0)])),
  ...Object.fromEntries(comparison.map((type) => [type, broadcast(0, 'bool')])),
  // The condition is not part of the result's type but of its shape.
  Where: (node) => {
    const dtype = node.input(1)?.dtype
    return [dtype && { dtype, shape: broadcastShapes(node, 0) }]
  },
  IsNaN: withDType(() => 'bool'),
  IsInf: withDType(() => 'bool'),
  Cast: withDType(({ attributes }) => elementTypeOf(attributes.int('to', 0))),
  CastLike: withDType((node) => node.input(1)?.dtype),
  QuantizeLinear: withDType((node) => node.input(2)?.dtype ?? 'uint8'),
  DequantizeLinear: withDType((node) => node.input(1)?.dtype),
  DynamicQuantizeLinear: (node) => [
    { dtype: 'uint8', shape: shapeOf(node) },
    { dtype: 'float32', shape: [] },
    { dtype: 'uint8', shape: [] },
  ],
}

function broadcastShapes(node: TypedNode, first: number): readonly Dim[] | undefined {
  const count = Math.max(node.inputs, first + 1)
  const shapes = Array.from({ length: count }, (_, index) => shapeOf(node, index))
  return shapes.every((shape) => shape !== undefined) ? shapes.reduce(broadcastDims, []) : undefined
}

/** Numpy's broadcasting, with dynamic dimensions; a conflict between known sizes is left for the engine to report. */
export function broadcastDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    if (left === 1 || left === right) return right
    if (right === 1 || typeof left === 'number') return left
    return typeof right === 'number' ? right : ''
  })
}
