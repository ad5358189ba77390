import type { Dim } from '../../builder/value-info.ts'
import { fromFront, shaped, shapeOf, type TypedNode, type TypeRule, unknownDims } from '../type-rule.ts'

const sameType: TypeRule = (node) => [node.input(0)]

const gatherND = (node: TypedNode): Dim[] | undefined => {
  const [shape, indices] = [shapeOf(node), shapeOf(node, 1)]
  const depth = indices?.at(-1)
  if (!shape || typeof depth !== 'number') return undefined
  return [...indices!.slice(0, -1), ...shape.slice(node.attributes.int('batch_dims', 0) + depth)]
}

const oneHot: TypeRule = (node) => {
  const [shape, values] = [shapeOf(node), node.input(2)]
  const depth = (node.ints(1) ?? node.floats(1))?.[0] ?? ''
  const axis = shape && fromFront(node.attributes.int('axis', -1), shape.length + 1)
  return [
    values && { dtype: values.dtype, shape: shape && [...shape.slice(0, axis), depth, ...shape.slice(axis)] },
  ]
}

const topK: TypeRule = (node) => {
  const [x, shape] = [node.input(0), shapeOf(node)]
  const count = node.sizes(1)?.[0] ?? (node.attributes.has('k') ? node.attributes.int('k', 0) : '')
  const axis = shape && fromFront(node.attributes.int('axis', -1), shape.length)
  const kept = shape?.map((dim, at) => (at === axis ? count : dim))
  return [x && { dtype: x.dtype, shape: kept }, { dtype: 'int64', shape: kept }]
}

const compress = (node: TypedNode): Dim[] | undefined => {
  if (!node.attributes.has('axis')) return ['']
  const shape = shapeOf(node)
  const axis = shape && fromFront(node.attributes.int('axis', 0), shape.length)
  return shape?.map((dim, at) => (at === axis ? '' : dim))
}

/** Rules of operators that choose, sort or replace elements. */
export const choosingRules: Readonly<Record<string, TypeRule>> = {
  Compress: shaped(compress),
  GatherElements: shaped((node) => shapeOf(node, 1)),
  GatherND: shaped(gatherND),
  NonMaxSuppression: () => [{ dtype: 'int64', shape: ['', 3] }],
  NonZero: (node) => [{ dtype: 'int64', shape: [shapeOf(node)?.length ?? '', ''] }],
  OneHot: oneHot,
  ReverseSequence: sameType,
  Scatter: sameType,
  ScatterElements: sameType,
  ScatterND: sameType,
  TopK: topK,
  Trilu: sameType,
  // The second and later outputs are vectors of positions.
  Unique: (node) => {
    const x = node.input(0)
    const flat = !node.attributes.has('axis')
    const vector = { dtype: 'int64', shape: [''] } as const
    const shape = flat ? [''] : unknownDims(x?.shape?.length ?? '')
    return [x && { dtype: x.dtype, shape }, vector, vector, vector]
  },
}
