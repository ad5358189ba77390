import { HomingError } from '@homing/protocol'

import type { NodeProto } from '../generated/onnx-ml_pb.js'
import { nodeAttributes } from '../graph/node-attributes.ts'
import { operatorName } from '../graph/value-uses.ts'
import { broadcastingOperators } from '../infer/rules/elementwise.ts'
import { fromFront } from '../infer/type-rule.ts'
import type { Dim, TensorType } from './value-info.ts'

type Types = readonly (TensorType | undefined)[]

/**
 * Finds operands that cannot meet, where the builder of the graph wrote them rather than when an engine loads it.
 * What is not known, and dynamic sizes, are taken to fit.
 * @throws HomingError ONNX_INVALID naming operator, operands and sizes.
 */
export function checkOperands(node: NodeProto, types: Types): void {
  const problem = problemOf(node, types)
  if (problem === undefined) return
  const operands = types.map((type) => (type ? `${type.dtype} [${type.shape?.join(', ') ?? '?'}]` : '?'))
  throw new HomingError('ONNX_INVALID', `${node.opType} of ${operands.join(' and ')}: ${problem}`)
}

function problemOf(node: NodeProto, types: Types): string | undefined {
  const name = operatorName(node)
  const attributes = nodeAttributes(node)
  const [a, b] = types.map((type) => type?.shape)
  if (broadcastingOperators.has(name)) {
    // The condition of Where and the exponent of Pow are of a type of their own.
    const alike = name === 'Where' ? types.slice(1) : name === 'Pow' ? [] : types
    return mixed(alike) ?? misfit(types.map((type) => type?.shape))
  }
  switch (name) {
    case 'MatMul':
      return (
        mixed(types) ??
        unequal(a?.at(-1), b?.at(b.length > 1 ? -2 : -1)) ??
        misfit([a?.slice(0, -2), b?.slice(0, -2)])
      )
    case 'Gemm':
      return mixed(types) ?? unequal(a?.[1 - attributes.int('transA', 0)], b?.[attributes.int('transB', 0)])
    case 'Conv':
      return mixed(types) ?? unequal(divided(a?.[1], attributes.int('group', 1)), b?.[1])
    case 'Concat':
      return mixed(types) ?? uneven(types, attributes.int('axis', 0))
    default:
      return undefined
  }
}

function mixed(types: Types): string | undefined {
  const found = [...new Set(types.flatMap((type) => type?.dtype ?? []))]
  return found.length > 1 ? `${found.join(' and ')} do not mix; cast one of them` : undefined
}

function unequal(left: Dim | undefined, right: Dim | undefined): string | undefined {
  if (typeof left !== 'number' || typeof right !== 'number' || left === right) return undefined
  return `${left} and ${right} do not meet`
}

/** Sizes that do not broadcast, axes counted from the back. */
function misfit(shapes: readonly (readonly Dim[] | undefined)[]): string | undefined {
  const known = shapes.filter((shape) => shape !== undefined)
  const rank = Math.max(0, ...known.map((shape) => shape.length))
  for (let back = 1; back <= rank; back++) {
    const sizes = known
      .map((shape) => (back <= shape.length ? shape.at(-back) : 1))
      .filter((dim) => typeof dim === 'number' && dim !== 1)
    const [first, ...others] = sizes
    const other = others.find((size) => size !== first)
    if (other !== undefined) return `${first!} and ${other} do not broadcast`
  }
  return undefined
}

/** Sizes that differ along an axis other than the one that is joined. */
function uneven(types: Types, joined: number): string | undefined {
  const [first, ...others] = types.flatMap(({ shape } = { dtype: 'float32' }) => (shape ? [shape] : []))
  if (!first) return undefined
  const axis = fromFront(joined, first.length)
  for (const shape of others) {
    if (shape.length !== first.length) return 'their ranks differ'
    const problem = shape.map((dim, at) => (at === axis ? undefined : unequal(first[at], dim))).find(Boolean)
    if (problem) return problem
  }
  return undefined
}

const divided = (dim: Dim | undefined, by: number): Dim | undefined =>
  typeof dim === 'number' ? dim / by : dim
