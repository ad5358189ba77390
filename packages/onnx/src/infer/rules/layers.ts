import type { Dim } from '../../builder/value-info.ts'
import { broadcastDims } from './elementwise.ts'
import { shaped, shapeOf, type TypedNode, type TypeRule } from '../type-rule.ts'

const matMulShape = (node: TypedNode, second = 1): Dim[] | undefined => {
  const [a, b] = [shapeOf(node, 0), shapeOf(node, second)]
  if (!a?.length || !b?.length) return undefined
  const batch = broadcastDims(a.slice(0, -2), b.slice(0, -2))
  return [...batch, ...(a.length > 1 ? [a.at(-2)!] : []), ...(b.length > 1 ? [b.at(-1)!] : [])]
}

const gemmShape = (node: TypedNode): Dim[] | undefined => {
  const [a, b] = [shapeOf(node, 0), shapeOf(node, 1)]
  if (a?.length !== 2 || b?.length !== 2) return undefined
  return [a[node.attributes.int('transA', 0)]!, b[1 - node.attributes.int('transB', 0)]!]
}

/** Spatial sizes after a window has moved over them (ONNX operators, Conv and MaxPool). */
function windowed(node: TypedNode, kernel: readonly Dim[], channels: Dim): Dim[] | undefined {
  const shape = shapeOf(node)
  if (shape?.length !== kernel.length + 2) return undefined
  const { attributes } = node
  const [strides, dilations, pads] = ['strides', 'dilations', 'pads'].map(
    (name) => attributes.ints(name) ?? [],
  )
  const same = attributes.string('auto_pad', 'NOTSET').startsWith('SAME')
  const up = attributes.int('ceil_mode', 0) === 1
  const spatial = shape.slice(2).map((size, axis): Dim => {
    const [window, stride] = [kernel[axis]!, strides![axis] ?? 1]
    if (typeof size !== 'number' || typeof window !== 'number') return ''
    if (same) return Math.ceil(size / stride)
    const reach = (window - 1) * (dilations![axis] ?? 1) + 1
    const [begin, end] = [pads![axis] ?? 0, pads![axis + kernel.length] ?? 0]
    const moves = (size + begin + end - reach) / stride
    if (!up) return Math.floor(moves) + 1
    // A window that would start behind the last element is left out.
    return Math.min(Math.ceil(moves), Math.ceil((size + begin) / stride) - 1) + 1
  })
  return [shape[0]!, channels, ...spatial]
}

const convShape =
  (weights: number) =>
  (node: TypedNode): Dim[] | undefined => {
    const shape = shapeOf(node, weights)
    return shape && shape.length > 2 ? windowed(node, shape.slice(2), shape[0]!) : undefined
  }
/** ONNX operators, ConvTranspose: the shape of the input that a convolution would have had. */
const convTransposeShape = (node: TypedNode): Dim[] | undefined => {
  const [shape, weights] = [shapeOf(node), shapeOf(node, 1)]
  if (!shape || !weights || shape.length < 3 || weights.length !== shape.length) return undefined
  const { attributes } = node
  const axes = shape.length - 2
  const [strides, dilations, pads, extra, wanted] = [
    'strides',
    'dilations',
    'pads',
    'output_padding',
    'output_shape',
  ].map((name) => attributes.ints(name))
  const same = attributes.string('auto_pad', 'NOTSET').startsWith('SAME')
  const spatial = shape.slice(2).map((size, axis): Dim => {
    const [kernel, stride] = [weights[axis + 2]!, strides?.[axis] ?? 1]
    if (wanted) return wanted.at(axis - axes)!
    if (typeof size !== 'number' || typeof kernel !== 'number') return ''
    if (same) return size * stride
    const reach = (kernel - 1) * (dilations?.[axis] ?? 1) + 1
    const padding = (pads?.[axis] ?? 0) + (pads?.[axis + axes] ?? 0)
    return (size - 1) * stride + (extra?.[axis] ?? 0) + reach - padding
  })
  const channels = weights[1]!
  return [shape[0]!, typeof channels === 'number' ? channels * attributes.int('group', 1) : '', ...spatial]
}
const poolShape = (node: TypedNode): Dim[] | undefined => {
  const kernel = node.attributes.ints('kernel_shape')
  return kernel && windowed(node, kernel, shapeOf(node)?.[1] ?? '')
}
const pool: TypeRule = (node) => {
  const dtype = node.input(0)?.dtype
  const shape = poolShape(node)
  return [dtype && { dtype, shape }, { dtype: 'int64', shape }]
}
const int32 =
  (shape: (node: TypedNode) => readonly Dim[] | undefined): TypeRule =>
  (node) => [{ dtype: 'int32', shape: shape(node) }]

/** Rules of the layers of neural networks: products, convolutions, pooling, recurrence. */
export const layerRules: Readonly<Record<string, TypeRule>> = {
  MatMul: shaped(matMulShape),
  Gemm: shaped(gemmShape),
  Conv: shaped(convShape(1)),
  ConvTranspose: shaped(convTransposeShape),
  MaxPool: pool,
  AveragePool: shaped(poolShape),
  LpPool: shaped(poolShape),
  GlobalAveragePool: shaped((node) => shapeOf(node)?.map((dim, axis) => (axis < 2 ? dim : 1))),
  GlobalMaxPool: shaped((node) => shapeOf(node)?.map((dim, axis) => (axis < 2 ? dim : 1))),
  // The output has the type of its zero point.
  QLinearMatMul: (node) => [node.input(7) && { dtype: node.input(7)!.dtype, shape: matMulShape(node, 3) }],
  QLinearConv: (node) => [node.input(7) && { dtype: node.input(7)!.dtype, shape: convShape(3)(node) }],
  MatMulInteger: int32(matMulShape),
  ConvInteger: int32(convShape(1)),
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
}

function recurrent(node: TypedNode): ReturnType<TypeRule> {
  const [x, weights] = [node.input(0), shapeOf(node, 2)]
  if (x?.shape?.length !== 3 || !weights) return [undefined]
  const [first, second] = x.shape
  const [directions, hidden] = [weights[0]!, weights[2]!]
  const batchFirst = node.attributes.int('layout', 0) === 1
  const state = {
    dtype: x.dtype,
    shape: batchFirst ? [first!, directions, hidden] : [directions, second!, hidden],
  }
  const all = batchFirst ? [first!, second!, directions, hidden] : [first!, directions, second!, hidden]
  return [{ dtype: x.dtype, shape: all }, state, state]
}
