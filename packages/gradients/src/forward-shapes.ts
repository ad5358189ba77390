import { broadcastShape } from './broadcast.ts'
import {
  type ForwardNode,
  intAttribute,
  intsAttribute,
  requiredInput,
  stringAttribute,
} from './forward-node.ts'

/** A node whose outputs are not shaped yet, and a way to read inputs that are known when the graph is built. */
export interface UnshapedNode extends ForwardNode {
  readonly knownInts: (index: number) => number[] | undefined
}

type ShapeRule = (node: UnshapedNode) => readonly number[] | undefined

const shapeOf = (node: ForwardNode, index = 0): readonly number[] => requiredInput(node, index).shape
const same: ShapeRule = (node) => shapeOf(node)
const broadcast: ShapeRule = (node) =>
  node.inputs.map((_, index) => shapeOf(node, index)).reduce(broadcastShape)
const volume = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)

const matMul: ShapeRule = (node) => {
  const [a, b] = [shapeOf(node, 0), shapeOf(node, 1)]
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!]
}

const gemm: ShapeRule = (node) => {
  const [a, b] = [shapeOf(node, 0), shapeOf(node, 1)]
  return [
    a[intAttribute(node, 'transA', 0) === 1 ? 1 : 0]!,
    b[intAttribute(node, 'transB', 0) === 1 ? 0 : 1]!,
  ]
}

const flatten: ShapeRule = (node) => {
  const shape = shapeOf(node)
  const axis = intAttribute(node, 'axis', 1)
  const at = axis < 0 ? axis + shape.length : axis
  return [volume(shape.slice(0, at)), volume(shape.slice(at))]
}

const reshape: ShapeRule = (node) => {
  const [shape, wanted] = [shapeOf(node), node.knownInts(1)]
  if (!wanted) return undefined
  const copied = wanted.map((dim, axis) =>
    dim === 0 && intAttribute(node, 'allowzero', 0) === 0 ? shape[axis]! : dim,
  )
  const rest = volume(shape) / volume(copied.filter((dim) => dim !== -1))
  return copied.map((dim) => (dim === -1 ? rest : dim))
}

/** Size after windows of `kernel` moved over the spatial axes (ONNX, Conv and MaxPool). */
function windowed(node: UnshapedNode, kernel: readonly number[], channels: number): readonly number[] {
  const [batch, , ...spatial] = shapeOf(node)
  const strides = intsAttribute(node, 'strides') ?? kernel.map(() => 1)
  const dilations = intsAttribute(node, 'dilations') ?? kernel.map(() => 1)
  const pads = intsAttribute(node, 'pads') ?? kernel.flatMap(() => [0, 0])
  const samePad = stringAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME')
  const round = intAttribute(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor
  const sizes = spatial.map((size, axis) => {
    if (samePad) return Math.ceil(size / strides[axis]!)
    const reach = (kernel[axis]! - 1) * dilations[axis]! + 1
    return round((size + pads[axis]! + pads[axis + kernel.length]! - reach) / strides[axis]!) + 1
  })
  return [batch!, channels, ...sizes]
}

const conv: ShapeRule = (node) => windowed(node, shapeOf(node, 1).slice(2), shapeOf(node, 1)[0]!)
const pool: ShapeRule = (node) => windowed(node, intsAttribute(node, 'kernel_shape') ?? [], shapeOf(node)[1]!)
const globalPool: ShapeRule = (node) => shapeOf(node).map((dim, axis) => (axis < 2 ? dim : 1))

/** Operators whose output has the shape of their first input. */
const shapeKeeping = [
  'Abs',
  'BatchNormalization',
  'Clip',
  'Dropout',
  'Elu',
  'Erf',
  'Exp',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
].concat([
  'Identity',
  'LayerNormalization',
  'LeakyRelu',
  'Log',
  'LogSoftmax',
  'Neg',
  'PRelu',
  'Relu',
  'Selu',
  'Sigmoid',
  'Softmax',
  'Softplus',
  'Sqrt',
  'Tanh',
])

const shapeRules = new Map<string, ShapeRule>(
  Object.entries({
    ...Object.fromEntries(shapeKeeping.map((type) => [type, same])),
    ...Object.fromEntries(['Add', 'Sub', 'Mul', 'Div'].map((type) => [type, broadcast])),
    AveragePool: pool,
    Conv: conv,
    Flatten: flatten,
    Gemm: gemm,
    GlobalAveragePool: globalPool,
    MatMul: matMul,
    MaxPool: pool,
    Reshape: reshape,
  }),
)

/** Shape of a node's first output; undefined for an operator that has no rule here, or whose output depends on what runs. */
export function inferShape(node: UnshapedNode): readonly number[] | undefined {
  return shapeRules.get(node.type)?.(node)
}
