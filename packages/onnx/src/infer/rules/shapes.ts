import type { Dim } from '../../builder/value-info.ts'
import { elementTypeOf } from '../../tensor/element-types.ts'
import { broadcastDims } from './elementwise.ts'
import {
  fromFront,
  product,
  quotient,
  shaped,
  shapeOf,
  type TypedNode,
  type TypeRule,
  unknownDims,
} from '../type-rule.ts'

/** Axes as an attribute (older operator sets) or as an input (newer ones). */
function axesOf(node: TypedNode, rank: number): number[] | undefined {
  return (node.attributes.ints('axes') ?? node.ints(1))?.map((axis) => fromFront(axis, rank))
}

const reshape = (node: TypedNode): Dim[] | undefined => {
  const wanted = node.sizes(1) ?? node.attributes.ints('shape')
  if (!wanted) return unknownDims(shapeOf(node, 1)?.[0])
  const shape = shapeOf(node)
  const keepsZero = node.attributes.int('allowzero', 0) === 1
  const dims = wanted.map((dim, axis): Dim => (dim === 0 && !keepsZero ? (shape?.[axis] ?? '') : dim))
  const rest = shape
    ? quotient(
        shape,
        dims.filter((dim) => dim !== -1),
      )
    : ''
  return dims.map((dim) => (dim === -1 ? rest : dim))
}

const flatten = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const axis = shape && fromFront(node.attributes.int('axis', 1), shape.length)
  return shape && [product(shape.slice(0, axis)), product(shape.slice(axis))]
}

const transpose = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const order = node.attributes.ints('perm') ?? shape?.map((_, axis) => shape.length - 1 - axis)
  return shape && order?.map((axis) => shape[axis] ?? '')
}

const concat = (node: TypedNode): Dim[] | undefined => {
  const shapes = Array.from({ length: node.inputs }, (_, index) => shapeOf(node, index))
  const known = shapes.find((shape) => shape !== undefined)
  if (!known) return undefined
  const axis = fromFront(node.attributes.int('axis', 0), known.length)
  return known.map((dim, at) => {
    if (at !== axis) return dim
    const sizes = shapes.map((shape) => shape?.[at])
    return sizes.every((size) => typeof size === 'number') ? sizes.reduce((sum, size) => sum + size, 0) : ''
  })
}

const squeeze = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const axes = shape && axesOf(node, shape.length)
  // Without axes, every dimension of 1 goes: then a dynamic one leaves the rank unknown.
  if (!axes && node.has(1)) return undefined
  if (!axes)
    return shape?.every((dim) => typeof dim === 'number') ? shape.filter((dim) => dim !== 1) : undefined
  return shape.filter((_, axis) => !axes.includes(axis))
}

const unsqueeze = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const count = (node.attributes.ints('axes') ?? node.ints(1))?.length
  if (!shape || count === undefined) return undefined
  const axes = axesOf(node, shape.length + count)!
  const rest = [...shape]
  return Array.from({ length: shape.length + count }, (_, axis) =>
    axes.includes(axis) ? 1 : (rest.shift() ?? ''),
  )
}

const reduce = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  if (!shape) return undefined
  const hasAxes = node.attributes.has('axes') || node.has(1)
  const axes = hasAxes ? axesOf(node, shape.length) : []
  const all = axes?.length === 0 && node.attributes.int('noop_with_empty_axes', 0) === 0
  return keptDims(shape, all ? shape.map((_, axis) => axis) : axes, node.attributes.int('keepdims', 1) === 1)
}

const argument = (node: TypedNode): Dim[] | undefined => {
  const shape = shapeOf(node)
  const axis = shape && fromFront(node.attributes.int('axis', 0), shape.length)
  return shape && keptDims(shape, [axis!], node.attributes.int('keepdims', 1) === 1)
}

function keptDims(
  shape: readonly Dim[],
  axes: readonly number[] | undefined,
  keep: boolean,
): Dim[] | undefined {
  if (keep) return shape.map((dim, axis) => (axes?.includes(axis) ? 1 : axes ? dim : ''))
  return axes && shape.filter((_, axis) => !axes.includes(axis))
}

const gather = (node: TypedNode): Dim[] | undefined => {
  const [shape, indices] = [shapeOf(node), shapeOf(node, 1)]
  if (!shape || !indices) return undefined
  const axis = fromFront(node.attributes.int('axis', 0), shape.length)
  return [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)]
}

const expand = (node: TypedNode): Dim[] | undefined => {
  const [shape, wanted] = [shapeOf(node), node.sizes(1)]
  return shape && wanted && broadcastDims(shape, wanted)
}

const argumentRule: TypeRule = (node) => [{ dtype: 'int64', shape: argument(node) }]
const reductions = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare']

/** Rules of operators that move or choose elements. */
export const shapeRules: Readonly<Record<string, TypeRule>> = {
  ...Object.fromEntries(reductions.map((kind) => [`Reduce${kind}`, shaped(reduce)])),
  ArgMax: argumentRule,
  ArgMin: argumentRule,
  Concat: shaped(concat),
  Expand: shaped(expand),
  Flatten: shaped(flatten),
  Gather: shaped(gather),
  Reshape: shaped(reshape),
  Size: () => [{ dtype: 'int64', shape: [] }],
  Shape: (node) => {
    const shape = shapeOf(node)
    const { attributes } = node
    const taken = shape?.slice(attributes.int('start', 0), attributes.int('end', shape.length))
    return [{ dtype: 'int64', shape: [taken?.length ?? ''] }]
  },
  Squeeze: shaped(squeeze),
  Transpose: shaped(transpose),
  Unsqueeze: shaped(unsqueeze),
  ConstantOfShape: (node) => [
    {
      dtype: elementTypeOf(node.attributes.tensor('value')?.dataType ?? 1) ?? 'float32',
      shape: node.sizes(0) ?? unknownDims(shapeOf(node)?.[0]),
    },
  ],
}
