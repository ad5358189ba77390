import { broadcastShape } from '@homing/onnx'

import type { Emitter, ShapedValue } from '../emitter.ts'
import { floatAttribute, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule, type Gradients } from '../rule.ts'
import { sumToShape } from '../sum-to-shape.ts'

/**
 * Y = A B: dA = dY B', dB = A' dY, summed over broadcast batch dimensions. A vector stands for a matrix of one row on
 * the left, of one column on the right.
 */
export const matMul: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [left, right] = [requiredInput(node, 0), requiredInput(node, 1)]
  const a = left.shape.length === 1 ? emit.reshape(left, [1, ...left.shape]) : left
  const b = right.shape.length === 1 ? emit.reshape(right, [...right.shape, 1]) : right
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const dy = emit.reshape(gradient, [...batch, a.shape.at(-2)!, b.shape.at(-1)!])
  const [da, db] =
    b.shape.length === 2 ? matMulByMatrix(emit, a, b, dy, wants) : batched(emit, a, b, dy, wants)
  return [da && emit.reshape(da, left.shape), db && emit.reshape(db, right.shape)]
})

function batched(
  emit: Emitter,
  a: ShapedValue,
  b: ShapedValue,
  dy: ShapedValue,
  wants: (index: number) => boolean,
): Gradients {
  return [
    wants(0) ? sumToShape(emit, batchedProduct(emit, dy, swapLast(emit, b)), a.shape) : undefined,
    wants(1) ? sumToShape(emit, batchedProduct(emit, swapLast(emit, a), dy), b.shape) : undefined,
  ]
}

/** The leading dimensions of A fold into its rows, so that both gradients are single products without transposition. */
function matMulByMatrix(
  emit: Emitter,
  a: ShapedValue,
  b: ShapedValue,
  gradient: ShapedValue,
  wants: (index: number) => boolean,
): Gradients {
  const [inner, columns] = b.shape as readonly [number, number]
  const rows = a.shape.slice(0, -1).reduce((product, dim) => product * dim, 1)
  const dy = emit.reshape(gradient, [rows, columns])
  return [
    wants(0) ? emit.reshape(product(emit, dy, b, { transB: true }), a.shape) : undefined,
    wants(1) ? product(emit, emit.reshape(a, [rows, inner]), dy, { transA: true }) : undefined,
  ]
}

/** Y = alpha A' B' + beta C, where A' and B' may be transposed. */
export const gemm: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [a, b, c] = [requiredInput(node, 0), requiredInput(node, 1), node.inputs[2]]
  const transA = node.attributes.int('transA', 0) === 1
  const transB = node.attributes.int('transB', 0) === 1
  const alpha = floatAttribute(node, 'alpha', 1)
  const beta = floatAttribute(node, 'beta', 1)
  const gradientOfA = (): ShapedValue =>
    transA
      ? product(emit, b, gradient, { alpha, transA: transB, transB: true })
      : product(emit, gradient, b, { alpha, transB: !transB })
  const gradientOfB = (): ShapedValue =>
    transB
      ? product(emit, gradient, a, { alpha, transA: true, transB: transA })
      : product(emit, a, gradient, { alpha, transA: !transA })
  const gradientOfC = (shape: readonly number[]): ShapedValue => {
    const sum = sumToShape(emit, gradient, shape)
    return beta === 1 ? sum : emit.binary('Mul', sum, beta)
  }
  return [
    wants(0) ? gradientOfA() : undefined,
    wants(1) ? gradientOfB() : undefined,
    c && wants(2) ? gradientOfC(c.shape) : undefined,
  ]
})

interface ProductOptions {
  readonly alpha?: number
  readonly transA?: boolean
  readonly transB?: boolean
}

function product(
  emit: Emitter,
  a: ShapedValue,
  b: ShapedValue,
  { alpha = 1, transA = false, transB = false }: ProductOptions,
): ShapedValue {
  const shape = [a.shape[transA ? 1 : 0]!, b.shape[transB ? 0 : 1]!]
  return emit.op('Gemm', [a, b], shape, { alpha, transA, transB })
}

function swapLast(emit: Emitter, value: ShapedValue): ShapedValue {
  const rank = value.shape.length
  const axes = value.shape.map((_, axis) => axis)
  return emit.transpose(value, axes.with(rank - 1, rank - 2).with(rank - 2, rank - 1))
}

function batchedProduct(emit: Emitter, a: ShapedValue, b: ShapedValue): ShapedValue {
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  return emit.op('MatMul', [a, b], [...batch, a.shape.at(-2)!, b.shape.at(-1)!])
}
